import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';

describe('bundled sample of an endpoints file', () => {
  it('has only requests that the mock server supports, and no problem', () => {
    const text = readFileSync(new URL('../../../media/samples/endpoints.txt', import.meta.url), 'utf8');
    const { targets, problems, defaults } = parseEndpoints(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      targets.map(({ name, url, weight }) => [name, url, weight]),
      [
        ['hello', 'http://127.0.0.1:5000/hello', 4],
        ['short answer', 'http://127.0.0.1:5000/tokenizer?output_tokens=3', 3],
        ['long answer', 'http://127.0.0.1:5000/tokenizer?output_tokens=30', 2],
        ['slow', 'http://127.0.0.1:5000/sleeper?sleep_length=1', 1],
      ],
    );
    assert.deepEqual(defaults, { requests: 100, concurrency: 5 });
  });
});
