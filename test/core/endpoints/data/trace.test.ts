import assert from 'node:assert/strict';
import { readTrace, type Trace } from '../../../../src/core/endpoints/data/trace.ts';

const fail = (message: string, hint: string): never => {
  throw new Error(`${message} ${hint}`);
};
const read = (text: string): Trace => readTrace('t.jsonl', new TextEncoder().encode(text), fail);

const withBlocks = (ids: string): string =>
  `{"timestamp": 1, "input_length": 1000, "output_length": 1, "hash_ids": [${ids}]}\n`;

describe('readTrace', () => {
  it("reads Mooncake's JSON lines, with times from the first request", () => {
    const line = '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n';
    const trace = read(`${line}\n${line.replace('27482', '30535')}`);
    assert.equal(trace.format, 'mooncake');
    assert.deepEqual(trace.rows, [
      { atMs: 0, input: 6955, output: 52, blocks: [0, 1] },
      { atMs: 3_053, input: 6955, output: 52, blocks: [0, 1] },
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

  it("reads BurstGPT's CSV, whose times are in seconds", () => {
    const trace = read(
      'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,API log\n45.5,GPT-4,1087,230,1317,API log\n',
    );
    assert.equal(trace.format, 'burstgpt');
    assert.deepEqual(trace.rows, [
      { atMs: 0, input: 472, output: 18 },
      { atMs: 40_500, input: 1_087, output: 230 },
    ]);
  });

  it("reads Bailian's JSON lines, whose times are in seconds and whose blocks have 16 tokens", () => {
    const line =
      '{"chat_id": 1, "parent_chat_id": -1, "timestamp": 2.5, "input_length": 33, "output_length": 9, "type": "text", "turn": 1, "hash_ids": [7, 8, 9]}';
    const trace = read(`${line}\n${line.replace('2.5', '64')}`);
    assert.equal(trace.format, 'bailian');
    assert.equal(trace.blockTokens, 16);
    assert.deepEqual(trace.rows, [
      { atMs: 0, input: 33, output: 9, blocks: [0, 1, 2] },
      { atMs: 61_500, input: 33, output: 9, blocks: [0, 1, 2] },
    ]);
  });

  it('numbers blocks in their order, because IDs may be hashes of 64 bits', () => {
    const trace = read(withBlocks('9223372036854775807, -5') + withBlocks('-5, 9223372036854770000'));
    assert.deepEqual(
      trace.rows.map(({ blocks }) => blocks),
      [
        [0, 1],
        [1, 2],
      ],
    );
  });

  it('reads times of its own format in order, with or without lengths', () => {
    assert.deepEqual(read('{"at": 20}\n{"at": 5}').rows, [{ atMs: 0 }, { atMs: 15 }]);
    assert.deepEqual(read('{"at": 0, "input": 3, "output": 4}').rows, [{ atMs: 0, input: 3, output: 4 }]);
  });

  it('reads a list, semicolons, old line ends, and UTF-16', () => {
    const rows = [{ atMs: 0, input: 3, output: 4 }];
    const line = '{"at": 7, "input": 3, "output": 4, "hash_ids": null}';
    assert.deepEqual(read(`[\n${line}\n]`).rows, rows);
    assert.deepEqual(read(`${line}\r${line}\r`).rows, [...rows, ...rows]);
    assert.deepEqual(readTrace('t', Buffer.from(`\uFEFF${line}`, 'utf16le'), fail).rows, rows);
    const azure = 'TIMESTAMP;ContextTokens;GeneratedTokens\n2024-05-10 00:00:00.009930+00:00;3;4\n';
    assert.deepEqual(read(azure).rows, rows);
  });

  it('reads the first million requests of a longer file', () => {
    const trace = read('{"at": 1}\n'.repeat(1_000_001));
    assert.equal(trace.rows.length, 1_000_000);
    assert.equal(trace.isPart, true);
    assert.equal(read('{"at": 1}\n').isPart, undefined);
  }).timeout(20_000);

  it("reads AIPerf's sessions, whose later turns follow a response", () => {
    const { format, rows } = read(
      [
        '{"session_id": "a", "timestamp": 100, "input_length": 300, "output_length": 40, "hash_ids": [8]}',
        '{"session_id": "b", "timestamp": 50, "input_length": 7, "output_length": 4}',
        '{"session_id": "a", "delay": 2.5, "input_length": 150, "output_length": 20, "hash_ids": [9]}',
        '{"timestamp": 400, "input_length": 5, "output_length": 1}',
        '{"session_id": "a", "delay": 0, "input_length": 1, "output_length": 2}',
      ].join('\n'),
    );
    assert.equal(format, 'mooncake');
    assert.deepEqual(rows, [
      { atMs: 0, input: 7, output: 4, later: [] },
      {
        atMs: 50,
        input: 300,
        output: 40,
        blocks: [0],
        later: [
          { delayMs: 2.5, input: 150, output: 20, blocks: [1] },
          { delayMs: 0, input: 1, output: 2 },
        ],
      },
      { atMs: 350, input: 5, output: 1 },
    ]);
  });

  for (const [text, words] of [
    ['', /^Trace t\.jsonl is empty\./],
    ['{"at": 1}\nhello', /^t\.jsonl:2 isn't valid JSON\./],
    ['{"input": 1}', /^t\.jsonl:1 has no time\./],
    ['{"at": 1, "input": 0}', /^t\.jsonl:1 has a length/],
    ['{"timestamp": 1, "input_length": 5, "hash_ids": ["a"]}', /^t\.jsonl:1 has hash_ids/],
    ['{"at": 1, "input": 2}\n{"at": 2}', /^t\.jsonl:2 has no length of the prompt, but the first request has one\./],
    ['{"at": 1}\n{"at": 2, "output": 3}', /^t\.jsonl:2 has a length of the response, but the first request has none\./],
    ['{"at": "1"}', /^t\.jsonl:1 has a time that can't be read\./],
    [
      '{"at": 1, "input": 1e9}',
      /^t\.jsonl:1 has a length of the prompt that isn't a whole number from 1 to 10,000,000\./,
    ],
    ['{"at": 1, "output": 0}', /^t\.jsonl:1 has a length of the response that isn't a whole number/],
    [
      '{"at": 0}\n{"at": 1700000000000000}',
      /^t\.jsonl:2 is more than 366 days from the first request\. Times are in ms/,
    ],
    [
      '{"timestamp": 1, "input_length": 513, "output_length": 1, "hash_ids": [1, 2, 3]}',
      /^t\.jsonl:1 has 3 hash_ids, but a prompt of 513 tokens, which has 2\. Each stands for 512 tokens/,
    ],
    ['{"timestamp": 1, "hash_ids": [1]}', /^t\.jsonl:1 has 1 hash_ids, but no length of the prompt\./],
    [
      '{"timestamp": 1, "input_length": 5}\n{"chat_id": 1, "timestamp": 1, "input_length": 5}',
      /^t\.jsonl:2 has another format than the first request\./,
    ],
    ['{"timestamp": 1, "input_length": 5}\n{"input_length": 5}', /^t\.jsonl:2 has no time\./],
    [
      '{"timestamp": 1, "input_length": 5}\n{"input_length": 5, "delay": 1200.5}',
      /^t\.jsonl:2 has a delay, but is not a later turn of a session_id\./,
    ],
    [
      '{"timestamp": 1, "input_length": 5, "session_id": "a"}\n{"timestamp": 2, "input_length": 5, "session_id": "a"}',
      /^t\.jsonl:2 is a later turn of the session "a" without a valid delay\. Set the ms after the previous response/,
    ],
    [
      '{"timestamp": 1, "input_length": 5, "session_id": "a"}\n{"delay": 2, "session_id": "a"}',
      /^t\.jsonl:2 has no length of the prompt, but the first request has one\./,
    ],
    [
      '{"timestamp": 1, "text_input": "Hello", "output_length": 5}',
      /^t\.jsonl:1 has text_input, which can't be replayed\. .*# @prompts/,
    ],
    ['{"timestamp": 1, "messages": []}', /^t\.jsonl:1 has messages, which can't be replayed/],
    [
      'Timestamp,Request tokens,Response tokens\n5,472,0\n',
      /^t\.jsonl:2 has no response\. It failed when the trace was recorded\. Remove such requests/,
    ],
    ['{"timestamp": 0, "input_len": 100, "output_length": 4}', /^t\.jsonl:1 has input_len instead of input_length\./],
    ['{"at": 0, "input": 100, "output_tokens": 4}', /^t\.jsonl:1 has output_tokens instead of output_length\./],
    ['[{"at": 1},\n{"at": 2]', /^t\.jsonl:2 ends before its list does\./],
    ['TIMESTAMP,Tokens\n', /^t\.jsonl:1 isn't valid JSON/],
    ['TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,2', /^t\.jsonl:2 has a time that can't be read\./],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => read(text), { message: words }));
  }

  it('refuses a table that is no trace', () => {
    const bytes = new TextEncoder().encode('TIMESTAMP,Tokens\n');
    assert.throws(() => readTrace('t.csv', bytes, fail), /^Error: t\.csv:1 isn't the head of a trace\./);
  });

  it('refuses a file that can not be read', () => {
    assert.throws(() => readTrace('t.jsonl', undefined, fail), /Can't read trace t\.jsonl\./);
  });
});
