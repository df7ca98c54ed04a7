import assert from 'node:assert/strict';
import { readTrace, type Trace } from '../../../../src/core/endpoints/data/trace.ts';

const fail = (message: string, hint: string): never => {
  throw new Error(`${message} ${hint}`);
};
const read = (text: string): Trace => readTrace('t.jsonl', new TextEncoder().encode(text), fail);

describe('readTrace', () => {
  it("reads Mooncake's JSON lines, with times from the first request", () => {
    const line = '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n';
    const trace = read(`${line}\n${line.replace('27482', '30535')}`);
    assert.equal(trace.format, 'mooncake');
    assert.deepEqual(trace.rows, [
      { atMs: 0, input: 6955, output: 52, blocks: [46, 47] },
      { atMs: 3_053, input: 6955, output: 52, blocks: [46, 47] },
    ]);
  });

  it("reads Azure's CSV to fractions of a millisecond", () => {
    const trace = read(
      'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n',
    );
    assert.equal(trace.format, 'azure');
    assert.deepEqual(
      trace.rows.map(({ input, output }) => [input, output]),
      [
        [374, 44],
        [396, 109],
      ],
    );
    assert.ok(Math.abs(trace.rows[1]!.atMs - 4_314.579) < 0.001);
  });

  it('reads times of its own format in order, with or without lengths', () => {
    assert.deepEqual(read('{"at": 20}\n{"at": 5}').rows, [{ atMs: 0 }, { atMs: 15 }]);
    assert.deepEqual(read('{"at": 0, "input": 3, "output": 4}').rows, [{ atMs: 0, input: 3, output: 4 }]);
  });

  for (const [text, words] of [
    ['', /is empty|not the head/],
    ['{"at": 1}\nhello', /^t\.jsonl:2 isn't valid JSON\./],
    ['{"input": 1}', /^t\.jsonl:1 has no time\./],
    ['{"at": 1, "input": 0}', /^t\.jsonl:1 has a length/],
    ['{"timestamp": 1, "input_length": 5, "hash_ids": ["a"]}', /^t\.jsonl:1 has hash_ids/],
    ['{"at": 1, "input": 2}\n{"at": 2}', /^Request 2 of trace t\.jsonl has no length of the prompt/],
    ['TIMESTAMP,Tokens\n', /^t\.jsonl:1 is not the head/],
    ['TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,2', /^t\.jsonl:2 has no time\./],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => read(text), { message: words }));
  }

  it('refuses a file that can not be read', () => {
    assert.throws(() => readTrace('t.jsonl', undefined, fail), /Can't read trace t\.jsonl\./);
  });
});
