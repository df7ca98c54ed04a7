import { isDeepStrictEqual } from 'node:util';
import { createStreamReader, type Expected, type StreamReader } from '../../../src/engine/answers/stream-reader.ts';
import { randomUnits } from './random-units.ts';

/** Results of mutated responses. */
export interface FuzzResult {
  readonly responses: number;
  /** Number of responses by outcome: a kind of failure, `stream`, or `whole`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Maximum time to read one response in all its cuts, ms. */
  readonly longestMs: number;
}

const events = (...list: readonly unknown[]): string =>
  list.map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`).join('');
const lines = (...list: readonly unknown[]): string => list.map((data) => `${JSON.stringify(data)}\n`).join('');
const words = ['a', ' few', ' tokens', ' ä🙂', ''];

/** Responses of every dialect, streamed and in one piece. */
const responses: readonly string[] = [
  events(
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
    ...words.map((content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 5, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 2 } } },
    '[DONE]',
  ),
  events(...words.map((text, i) => ({ choices: [{ index: i % 2, text }], usage: { completion_tokens: i + 1 } })), {
    choices: [0, 1].map((index) => ({ index, text: '', finish_reason: 'length' })),
  }),
  events(
    { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } },
    ...words.map((text) => ({ type: 'content_block_delta', delta: { type: 'text_delta', text } })),
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ),
  events(...words.map((delta) => ({ type: 'response.output_text.delta', delta })), {
    type: 'response.completed',
    response: { status: 'completed', usage: { output_tokens: 5 } },
  }),
  events(...words.map((content, i) => ({ index: 0, content, stop: false, tokens_predicted: i })), {
    content: '',
    stop: true,
    timings: { predicted_n: 5, prompt_n: 3 },
  }),
  events(
    ...words.map((text, i) => ({
      token: { text, special: false },
      generated_text: i === words.length - 1 ? 'all' : null,
    })),
  ),
  events(
    ...words.map((_, i) => ({ text: words.slice(0, i + 1).join(''), meta_info: { completion_tokens: i + 1 } })),
    '[DONE]',
  ),
  events(...words.map((text) => ({ candidates: [{ content: { parts: [{ text }] } }] })), {
    candidates: [{ finishReason: 'STOP' }],
    usageMetadata: { candidatesTokenCount: 5 },
  }),
  `[${words.map((text) => JSON.stringify({ candidates: [{ content: { parts: [{ text }] } }] })).join(',\r\n')},
{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"candidatesTokenCount":5}}]`,
  lines(...words.map((response) => ({ response, done: false })), { response: '', done: true, eval_count: 5 }),
  'event: message\ndata: any\ndata: text\n\n: comment\n\nid: 7\nretry: 10\ndata: more\r\n\r\ndata: [DONE]\r\r',
  JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }], usage: { completion_tokens: 1 } }),
  JSON.stringify({ object: 'response', status: 'completed', output: [{ content: [{ text: 'a' }] }] }, null, 2),
  JSON.stringify({ error: { message: 'out of memory', type: 'server_error', code: 500 } }),
  '<html><head><title>502 Bad Gateway</title></head></html>',
];

/** Texts that break responses. */
// prettier-ignore
const insertions: readonly string[] = [
  '\n', '\n\n', '\r', '\r\n', '\u0000', '\uFEFF', '"', '\\', '{', '}', '[', ']', ',', ':', '-1', '1e999', 'null',
  'data: ', 'data: [DONE]\n\n', 'event: error\n', ': ping\n\n', '{"error":"x"}', '"error":{"message":"x"},',
  '"finish_reason":"error"', '"usage":{"completion_tokens":0}', '<think>', '</think>', '🙂', '[[[[[[', '{}\n',
];

const expectations: readonly Expected[] = [
  { anyEvents: false, stream: true, type: 'text/event-stream' },
  { anyEvents: false, stream: false, type: 'application/json' },
  { anyEvents: false, stream: true, type: 'application/x-ndjson' },
  { anyEvents: true, stream: true, type: '' },
];

/**
 * Reads mutated responses of every dialect, each whole, byte by byte, and in random pieces.
 * @param count number of responses
 * @param seed 32 bits; the same seed gives the same responses
 * @throws Error if a cut changes the result
 */
export function fuzzStreams(count: number, seed: number): FuzzResult {
  const unit = randomUnits(seed);
  const below = (most: number): number => Math.floor(unit() * most);
  const reader = createStreamReader((work) => work());
  const outcomes: Record<string, number> = {};
  let longestMs = 0;
  for (let index = 0; index < count; index += 1) {
    const bytes = mutated(Buffer.from(responses[index % responses.length] ?? ''), below);
    const expected = expectations[below(expectations.length)] ?? expectations[0]!;
    const isWhole = below(8) > 0;
    const startedMs = performance.now();
    const once = readIn(reader, expected, [bytes], isWhole);
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = 1 + below(60);
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    for (const cut of [single, pieces]) {
      const again = readIn(reader, expected, cut, isWhole);
      if (!isDeepStrictEqual(again, once)) {
        const what = JSON.stringify({ index, seed, expected, isWhole, text: bytes.toString(), once, again });
        throw new Error(`Response ${index} of seed ${seed} is read differently when it is cut: ${what}`);
      }
    }
    longestMs = Math.max(longestMs, performance.now() - startedMs);
    const outcome = once.kind ?? (once.chunks === undefined ? 'whole' : 'stream');
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { responses: count, outcomes, longestMs };
}

/** Returns the part of a reading that doesn't depend on arrival times. */
function readIn(reader: StreamReader, expected: Expected, pieces: readonly Uint8Array[], isWhole: boolean) {
  reader.begin(expected);
  for (const [at, piece] of pieces.entries()) reader.add(piece, at * 10);
  const { stream, usage, hiddenTokens, failure } = reader.end(isWhole);
  return {
    kind: failure?.kind,
    text: failure?.text,
    chunks: stream?.chunks,
    untimedTokens: stream?.untimedTokens,
    usage,
    hiddenTokens,
  };
}

function mutated(bytes: Buffer, below: (most: number) => number): Buffer {
  let result = bytes;
  for (let left = below(5); left > 0; left -= 1) {
    const at = below(result.length + 1);
    const to = Math.min(result.length, at + below(40));
    const kind = below(5);
    if (kind === 0) result = Buffer.concat([result.subarray(0, at), result.subarray(to)]);
    else if (kind === 1) result = result.subarray(0, at);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, to), result.subarray(at)]);
    else if (kind === 3) {
      result = Buffer.from(result);
      if (at < result.length) result[at] = below(256);
    } else {
      const text = insertions[below(insertions.length)] ?? '';
      result = Buffer.concat([result.subarray(0, at), Buffer.from(text), result.subarray(at)]);
    }
  }
  return result;
}
