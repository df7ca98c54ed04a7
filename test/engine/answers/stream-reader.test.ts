import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createStreamReader, type Expected } from '../../../src/engine/answers/stream-reader.ts';
import { ollama, openai, readStream, sse } from '../../support/read-response.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: object, more: object = {}): string =>
  event({ choices: [{ index: 0, delta: content, ...more }] });
const text = (words: string, more: object = {}): string => event({ choices: [{ index: 0, text: words, ...more }] });
const usage = (completion: number, more: object = {}): string =>
  event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: completion, ...more } });
const role = delta({ role: 'assistant', content: '' });
const finish = delta({}, { finish_reason: 'stop' });
const done = 'data: [DONE]\n\n';

describe('streams of chat completions', () => {
  it('start with the first content, not the role, and end with the last content', () => {
    const read = readStream(openai, [
      role,
      delta({ content: 'a' }),
      delta({ content: 'b' }),
      delta({ content: 'c' }),
      finish,
      usage(3),
      done,
    ]);
    assert.deepEqual([read.chunks, read.first, read.last, read.gaps], [3, 10, 30, [10, 10]]);
    assert.deepEqual(read.usage, { source: 'usage', tokens: 3, reasoningTokens: 0 });
    assert.equal(read.failure, undefined);
  });

  it('count reasoning separately from content', () => {
    const pieces = [
      role,
      delta({ reasoning_content: 'hm' }),
      delta({ reasoning: 'well', reasoning_content: 'well' }),
      delta({ content: 'a' }),
      done,
    ];
    const counted = readStream(openai, pieces);
    assert.deepEqual([counted.chunks, counted.first], [3, 10]);
    assert.deepEqual(counted.usage, { source: 'chunks', tokens: 3, reasoningTokens: 2 });
    const told = readStream(openai, [...pieces, usage(90, { completion_tokens_details: { reasoning_tokens: 70 } })]);
    assert.deepEqual(told.usage, { source: 'usage', tokens: 90, reasoningTokens: 70 });
  });

  it('count tool calls and refusals as content', () => {
    const call = { tool_calls: [{ index: 0, function: { name: 'weather', arguments: '' } }] };
    const empty = { tool_calls: [{ index: 0, function: { arguments: '' } }] };
    assert.equal(readStream(openai, [role, delta(call), delta(empty), delta({ refusal: 'no' })]).chunks, 2);
  });

  it('without usage count chunks as tokens', () => {
    const { usage: counted } = readStream(openai, [role, delta({ content: 'a' }), delta({ content: 'b' }), done]);
    assert.deepEqual(counted, { source: 'chunks', tokens: 2, reasoningTokens: 0 });
  });

  it('without a token have no token count', () => {
    const read = readStream(openai, [role, finish, done]);
    assert.deepEqual([read.chunks, read.usage, read.kind], [0, undefined, 'noToken']);
    assert.ok(Number.isNaN(read.first));
  });

  it('without [DONE], or with empty events, are complete', () => {
    const read = readStream(openai, [
      ': keep-alive\n\n',
      delta({ content: 'a' }),
      'data:\n\n',
      event({ choices: [{ delta: { content: null } }], usage: null }),
      event({ id: 'x' }),
      finish,
    ]);
    assert.deepEqual([read.chunks, read.failure], [1, undefined]);
  });

  it('report errors in all the ways that servers do', () => {
    for (const [piece, failure] of [
      [event({ error: { message: 'out of memory', code: 500 } }), 'out of memory'],
      [event({ error: 'overloaded' }), 'overloaded'],
      [event({ error: { code: 7 } }), '{"code":7}'],
      ['event: error\ndata: it broke\n\n', 'it broke'],
      ['error: {"code": 500, "message": "it broke"}\n\n', 'it broke'],
      ['event: error\ndata: {"message": "it broke"}\n\n', 'it broke'],
      ['data: {"choices": [\n\n', 'An event of the stream isn\'t a JSON object: {"choices": ['],
    ] as const) {
      const read = readStream(openai, [delta({ content: 'a' }), piece, delta({ content: 'b' })]);
      assert.equal(read.failure, failure);
    }
  });

  it('with an event that never ends are an error', () => {
    const read = readStream(openai, [delta({ content: 'a' }), `data: ${'x'.repeat(2 << 20)}`, '\n\n', done]);
    assert.match(read.failure ?? '', /too long/);
    assert.equal(read.chunks, 1);
  });
});

const firstOf = (...pieces: string[]): number => readStream(openai, pieces).untimedTokens;

describe('tokens in the first chunk', () => {
  it('are one if each chunk is a token', () => {
    assert.equal(firstOf(text('a'), text(' longer'), text('b'), usage(3)), 1);
    assert.equal(firstOf(text('a'), text('b')), 1);
  });

  it('are those listed in the chunk', () => {
    assert.equal(firstOf(text('abcd', { logprobs: { tokens: ['a', 'b', 'cd'] } }), text('e'), usage(9)), 3);
    const listed = delta({ content: 'ab' }, { logprobs: { content: [{ token: 'a' }, { token: 'b' }] } });
    assert.equal(firstOf(listed, delta({ content: 'c' }), usage(9)), 2);
  });

  it('are those counted by usage at that time', () => {
    const first = event({ choices: [{ text: 'ab' }], usage: { completion_tokens: 4 } });
    assert.equal(firstOf(first, text('c'), usage(9)), 4);
  });

  it('are otherwise its share of the text', () => {
    assert.equal(firstOf(text('four'), text('four'), text('four'), usage(12)), 4);
    assert.equal(firstOf(text('a'), text('bcdefghij'.repeat(3)), usage(8)), 1);
  });
});

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

describe('Ollama streams', () => {
  it('of generate and chat are parsed', () => {
    const generate = readStream(ollama, [
      line({ response: 'a', done: false }),
      line({ response: 'b', done: false }),
      line({ response: '', done: true, eval_count: 2 }),
    ]);
    assert.deepEqual([generate.chunks, generate.last], [2, 10]);
    assert.deepEqual(generate.usage, { source: 'eval_count', tokens: 2, reasoningTokens: 0 });
    const chat = readStream(ollama, [
      line({ message: { role: 'assistant', content: '', thinking: 'hm' } }),
      line({ message: { content: 'a', tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] } }),
      JSON.stringify({ message: { content: '' }, done: true, eval_count: 9 }),
    ]);
    assert.equal(chat.chunks, 2);
    assert.deepEqual(chat.usage, { source: 'eval_count', tokens: 9, reasoningTokens: 1 });
  });

  it("report errors, and a truncated line isn't an error", () => {
    assert.equal(readStream(ollama, [line({ error: 'no such model' })]).failure, 'no such model');
    const cut = readStream(ollama, [line({ response: 'a' }), '{"respon'], false);
    assert.deepEqual([cut.chunks, cut.failure], [1, undefined]);
    assert.notEqual(readStream(ollama, [line({ response: 'a' }), '{"respon']).failure, undefined);
  });
});

describe('streams of any server-sent events', () => {
  it('count every event with data', () => {
    const read = readStream(sse, ['data: a\n\n', ': x\n\ndata: b\n\ndata\n\n', 'data: [DONE]\n\n']);
    assert.deepEqual([read.chunks, read.first, read.last], [2, 0, 10]);
    assert.equal(readStream(sse, ['event: error\ndata: bad\n\n']).failure, 'bad');
  });
});

describe('a stream reader', () => {
  const streams: readonly (readonly [Expected, string])[] = [
    [openai, [role, delta({ content: 'ä🙂' }), delta({ reasoning: 'x' }), text('b'), finish, usage(7), done].join('')],
    [openai, [role, text('a').replaceAll('\n', '\r\n'), text('b'), event({ error: 'x' })].join('')],
    [ollama, '{"response":"ä"}\r\n{"response":"🙂"}\n{"done":true,"eval_count":2}'],
    [sse, 'data: a\n\ndata: b\ndata: c\n\n'],
  ];

  it('has the same result for any division into chunks', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(fc.nat(2_000)), ([expected, whole], places) => {
        const bytes = Buffer.from(whole);
        const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
        const pieces = [0, ...ends].map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length));
        const { first: _first, last: _last, tpot: _tpot, gaps, ...cut } = readStream(expected, pieces);
        const { first: _f, last: _l, tpot: _t, gaps: wholeGaps, ...once } = readStream(expected, [bytes]);
        assert.deepEqual(cut, once);
        assert.equal(gaps.length, wholeGaps.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it("stamps data before it's parsed", () => {
    const work: (() => void)[] = [];
    const reader = createStreamReader((each) => work.push(each));
    reader.begin(openai);
    for (const atMs of [5, 7, 11]) reader.add(Buffer.from(text('a')), atMs);
    work[0]?.();
    reader.add(Buffer.from(text('b')), 20);
    const { stream } = reader.end(true);
    assert.ok(stream);
    assert.deepEqual([...stream.gapsMs.subarray(0, 3)], [2, 4, 9]);
    assert.deepEqual([stream.firstTokenMs, stream.lastTokenMs], [5, 20]);
  });

  it('reports once that a stream is finished, at what time, and whether more is expected', () => {
    const work: (() => void)[] = [];
    const told: (readonly [atMs: number, last: boolean])[] = [];
    const reader = createStreamReader(
      (each) => work.push(each),
      (last) => told.push([reader.finishedMs(), last]),
    );
    const tell = (expected: Expected, ...pieces: string[]): unknown[] => {
      told.length = 0;
      reader.begin(expected);
      for (const [i, piece] of pieces.entries()) {
        reader.add(Buffer.from(piece), i * 10);
        work.pop()?.();
      }
      reader.end(true);
      return [...told];
    };
    assert.deepEqual(tell(openai, role, text('a'), finish, usage(1), done, done), [
      [20, false],
      [40, true],
    ]);
    assert.deepEqual(tell(openai, text('a'), finish + usage(1) + done), [[10, true]]);
    assert.deepEqual(tell(ollama, line({ response: 'a', done: false }), line({ response: '', done: true })), [
      [10, true],
    ]);
    assert.deepEqual(tell(sse, 'data: a\n\n', done), [[10, true]]);
    assert.deepEqual(tell(openai, role, text('a')), []);
  });

  it('starts over with each stream, and accepts any number of chunks', () => {
    const reader = createStreamReader((work) => work());
    reader.begin(openai);
    for (let i = 0; i < 1_000; i++) reader.add(Buffer.from(text('a')), i);
    reader.add(Buffer.from('data: {"left": "ov'), 1_000);
    assert.equal(reader.end(false).stream?.chunks, 1_000);
    reader.begin(openai);
    reader.add(Buffer.from(text('b') + done), 3);
    const { stream, usage: counted, failure } = reader.end(true);
    assert.ok(stream);
    assert.deepEqual([stream.chunks, stream.firstTokenMs, counted?.tokens, failure], [1, 3, 1, undefined]);
  });
});
