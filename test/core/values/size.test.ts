import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { parseSizeBytes } from '../../../src/core/values/size.ts';

describe('size and certificate options of a plan', () => {
  it('are read with and without a unit', () => {
    for (const [text, bytes] of [
      ['1MiB', 1_048_576],
      ['1.5 KiB', 1_536],
      ['64kB', 64_000],
      ['65536', 65_536],
      ['MiB', undefined],
      ['1GiB', undefined],
      ['-1KiB', undefined],
      ['', undefined],
    ] as const) {
      assert.equal(parseSizeBytes(text), bytes, text);
    }
  });

  it('are set by directives, and overridden by options', () => {
    const file = parseEndpoints('# @max-head 1MiB\n# @insecure\n\nhttp://localhost/\n');
    assert.deepEqual(file.problems, []);
    const own = makePlan({}, file);
    assert.deepEqual([own.maxHeadBytes, own.insecure], [1_048_576, true]);
    const chosen = makePlan({ maxHeadBytes: 4_096, insecure: false }, file);
    assert.deepEqual([chosen.maxHeadBytes, chosen.insecure], [4_096, undefined]);
    assert.deepEqual(Object.keys(makePlan({}, parseEndpoints('http://localhost/\n'))).includes('insecure'), false);
  });

  it('are errors if invalid', () => {
    for (const [text, message] of [
      ['# @max-head 1', /"1" isn't a valid value of @max-head/],
      ['# @max-head 1GiB', /isn't a valid value/],
      ['# @insecure maybe', /isn't a valid value of @insecure/],
    ] as const) {
      assert.match(parseEndpoints(`${text}\n\nhttp://localhost/\n`).problems[0]?.message ?? '', message);
    }
  });
});
