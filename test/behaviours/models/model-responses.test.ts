import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DialectName, PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { makeSweepRecord } from '../../../src/core/record/sweeps/make-sweep.ts';
import { fuzzStreams } from '../../support/fuzz/fuzz-streams.ts';
import { runOver } from '../../support/run-input.ts';
import { startStreamServer } from '../../support/stream-server.ts';

type Answer = (response: ServerResponse) => void | Promise<void>;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const delta = (content: object, more: object = {}): string =>
  event({ choices: [{ index: 0, delta: content, ...more }] });
const role = delta({ role: 'assistant', content: '' });
const finish = delta({}, { finish_reason: 'stop' });
const usage = (tokens: number, more: object = {}): string =>
  event({ choices: [], usage: { prompt_tokens: 8, completion_tokens: tokens, ...more } });
const done = 'data: [DONE]\n\n';

/** Times at which the server sent the pieces of each response, ms after the first byte. A busy machine makes them late. */
const sentMs: number[][] = [];

/** Sends pieces, each at its time after the first byte, ms. */
async function sendAt(
  response: ServerResponse,
  pieces: readonly (readonly [atMs: number, text: string])[],
): Promise<void> {
  const startMs = performance.now();
  const times: number[] = [];
  sentMs.push(times);
  for (const [atMs, text] of pieces) {
    const leftMs = startMs + atMs - performance.now();
    if (leftMs > 0) await sleep(leftMs);
    response.write(text);
    times.push(performance.now() - startMs);
  }
  response.end();
}

/** Its start, ten tokens from 200 ms on, 50 ms apart, and its end at 650 ms. */
const scheduleA =
  (type: string | undefined, start: string, token: (i: number) => string, end: string): Answer =>
  (response) => {
    response.writeHead(200, type === undefined ? {} : { 'content-type': type });
    response.flushHeaders();
    return sendAt(response, [
      [0, start],
      ...Array.from({ length: 10 }, (_, i) => [200 + 50 * i, token(i)] as const),
      [650, end],
    ]);
  };

/** Returns the mean time of a piece of the responses, ms; negative indexes count from the end. */
const sentAt = (piece: number): number =>
  sentMs.reduce((sum, times) => sum + (times.at(piece) ?? Number.NaN), 0) / sentMs.length;

/**
 * Asserts a mean by the times at which the server sent. It's in this process, so that a busy machine delays both. A wrong
 * event would be off by more than the tolerance.
 */
function around(actual: number | null | undefined, expectedMs: number, toleranceMs: number): void {
  const errorMs = (actual ?? Number.NaN) - expectedMs;
  assert.ok(Math.abs(errorMs) < toleranceMs, `${actual} for ${expectedMs}`);
}

const text = (content: string): string => delta({ content });
const openaiEnd = finish + usage(10) + done;
const chatLine = (content: string): string => line({ message: { role: 'assistant', content }, done: false });
const streams: Readonly<Record<string, readonly [dialect: DialectName, answer: Answer]>> = {
  'events as application/json': ['openai', scheduleA('application/json', role, () => text('a'), openaiEnd)],
  'events without a type': ['openai', scheduleA(undefined, role, () => text('a'), openaiEnd)],
  'JSON lines as application/json': [
    'ollama',
    scheduleA('application/json', '', () => chatLine('a'), line({ done: true, eval_count: 10 })),
  ],
  'JSON lines without a type': [
    'ollama',
    scheduleA(undefined, '', () => chatLine('a'), line({ done: true, eval_count: 10 })),
  ],
  'content in parts': [
    'openai',
    scheduleA(
      'text/event-stream',
      role,
      (i) =>
        delta({
          content: [
            i < 4 ? { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] } : { type: 'text', text: 'a' },
          ],
        }),
      openaiEnd,
    ),
  ],
  'calls of functions': [
    'openai',
    scheduleA('text/event-stream', role, () => delta({ function_call: { arguments: '{' } }), openaiEnd),
  ],
  "Anthropic's Messages": [
    'sse',
    scheduleA(
      'text/event-stream',
      event({ type: 'message_start', message: { usage: { input_tokens: 8, output_tokens: 1 } } }) +
        event({ type: 'ping' }),
      () => event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } }),
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 10 } }) +
        event({ type: 'message_stop' }),
    ),
  ],
  "OpenAI's Responses": [
    'sse',
    scheduleA(
      'text/event-stream',
      event({ type: 'response.created', response: {} }),
      () => event({ type: 'response.output_text.delta', delta: 'a' }),
      event({
        type: 'response.completed',
        response: { status: 'completed', usage: { input_tokens: 8, output_tokens: 10 } },
      }),
    ),
  ],
  "llama.cpp's completion": [
    'sse',
    scheduleA(
      'text/event-stream',
      '',
      () => event({ content: 'a', stop: false }),
      event({ content: '', stop: true, tokens_predicted: 10, tokens_evaluated: 8 }),
    ),
  ],
};

const successes: Readonly<Record<string, string>> = {
  'an error object': '{"error": {"message": "no capacity left"}}',
  'an error as an object': '{"object": "error", "message": "no capacity left"}',
  'no choice': '{"choices": [], "note": "no capacity left"}',
  'a web page': '<html><title>no capacity left</title></html>',
  'an error event': event({ error: { message: 'no capacity left' } }),
  'an error in a choice': '{"choices": [{"error": {"message": "no capacity left"}}]}',
};

for (const transport of transportNames) {
  const run = runOver(transport);

  const runAgainst = async (
    answer: Answer,
    request: Partial<PreparedRequest> = {},
    plan: { requests?: number; concurrency?: number } = {},
  ): Promise<RunRecord> => {
    sentMs.length = 0;
    const server = await startStreamServer(answer);
    const prepared: PreparedRequest = {
      method: 'POST',
      url: server.url,
      headers: [],
      dialect: 'openai',
      streams: true,
      ...request,
    };
    const record = await run([prepared], { plan: { requests: 4, concurrency: 4, ...plan } });
    await server.close();
    return record;
  };

  describe(`responses of language models, over ${transport}`, function () {
    this.timeout(20_000);

    for (const [name, [dialect, answer]] of Object.entries(streams)) {
      it(`are measured as they arrive: ${name}`, async () => {
        const record = await runAgainst(answer, { dialect });
        assert.deepEqual([record.successes, record.errors], [4, {}]);
        assert.deepEqual([record.outputTokens, record.iclMs?.count], [40, 36]);
        // After the head, the first token is piece 1, and the last one comes before the end.
        const headMs = record.ttfbMs.mean ?? Number.NaN;
        around((record.ttftMs?.mean ?? Number.NaN) - headMs, sentAt(1), 140);
        around((record.e2eMs?.mean ?? Number.NaN) - headMs, sentAt(-2), 140);
        around(record.iclMs?.mean, (sentAt(-2) - sentAt(1)) / 9, 10);
        around(record.tpotMs?.mean, (sentAt(-2) - sentAt(1)) / 9, 10);
      });
    }

    for (const [name, body] of Object.entries(successes)) {
      it(`are failures if they report an error with status 200, with the server's message: ${name}`, async () => {
        const levels: RunRecord[] = [];
        for (const concurrency of [1, 2, 4]) {
          const record = await runAgainst(
            (response) => {
              response.writeHead(200, {
                'content-type': body.startsWith('data') ? 'text/event-stream' : 'application/json',
              });
              response.end(body);
            },
            { streams: concurrency === 2 },
            { requests: 8, concurrency },
          );
          assert.deepEqual([record.successes, record.successRatio, record.outputTokens], [0, 0, 0]);
          assert.match(record.failureSamples[0]?.text ?? '', /no capacity left/);
          levels.push(record);
        }
        const sweep = makeSweepRecord({
          id: 'x',
          name: 'x',
          startedAt: '2026-11-26T00:00:00.000Z',
          status: 'completed',
          planned: [1, 2, 4],
          coolDownMs: 0,
          levels,
        });
        assert.equal(sweep.figures.recommended.concurrency, null);
      });
    }

    it('are failures if they end unfinished, also if the connection ends them', async () => {
      const four = role + text('a').repeat(4);
      const ends: readonly (readonly [DialectName, Answer])[] = [
        ['openai', (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(four)],
        [
          'openai',
          (response) => {
            response.useChunkedEncodingByDefault = false;
            response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
            response.end(four);
          },
        ],
        [
          'ollama',
          (response) =>
            void response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(chatLine('a').repeat(4)),
        ],
      ];
      for (const [dialect, answer] of ends) {
        const record = await runAgainst(answer, { dialect });
        assert.deepEqual([record.successes, record.errors], [0, { unfinished: 4 }]);
        assert.deepEqual(record.streams, { whole: 0, partial: 4, partialChunks: 16 });
        assert.match(record.failureSamples[0]?.text ?? '', /^The stream ended after 4 chunks without /);
      }
    });

    it('show hidden reasoning separately, and input tokens with the cached share', async () => {
      const details = {
        completion_tokens_details: { reasoning_tokens: 500 },
        prompt_tokens_details: { cached_tokens: 6 },
      };
      const record = await runAgainst((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const tokens = Array.from({ length: 20 }, (_, i) => [300 + 20 * i, text('a')] as const);
        return sendAt(response, [[0, role], ...tokens, [700, finish + usage(520, details) + done]]);
      });
      around(record.tpotMs?.mean, (sentAt(-2) - sentAt(1)) / 19, 5);
      assert.deepEqual(
        [record.outputTokens, record.reasoningTokens, record.hiddenReasoningTokens],
        [2_080, 2_000, 2_000],
      );
      assert.deepEqual([record.inputTokens, record.cachedInputTokens], [32, 24]);
      const perS = (record.inputTokensPerS ?? 0) / (record.outputTokensPerS ?? 0);
      assert.ok(Math.abs(perS - 32 / 2_080) < 1e-9);
      assert.ok(
        Math.abs((record.totalTokensPerS ?? 0) - (record.inputTokensPerS ?? 0) - (record.outputTokensPerS ?? 0)) < 1e-6,
      );
    });

    it('are measured and noted if a requested stream comes in one piece or all at once', async () => {
      const whole = await runAgainst((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"choices": [{"message": {"content": "a"}}], "usage": {"completion_tokens": 7}}');
      });
      assert.deepEqual([whole.successes, whole.outputTokens, whole.streams], [4, 28, undefined]);
      assert.deepEqual(whole.server?.notes, ['ignores requests for a stream and sends one response']);
      const lump = await runAgainst(async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        await sleep(100);
        response.end(role + text('a').repeat(10) + openaiEnd);
      });
      assert.equal(lump.successes, 4);
      assert.deepEqual(lump.server?.notes, [
        'sends all tokens of a stream at the same time, so inter-chunk latency is meaningless',
      ]);
      const asked = await runAgainst((response) => void response.end('{"choices": [{"text": "a"}]}'), {
        streams: false,
      });
      assert.deepEqual([asked.successes, asked.server], [4, undefined]);
    });
  });
}

describe('mutated responses', function () {
  this.timeout(60_000);

  it('are parsed the same for any division into chunks, and never crash the parser', () => {
    const { outcomes } = fuzzStreams(1_400, 7);
    for (const outcome of ['stream', 'whole', 'streamError', 'responseError', 'unfinished', 'noToken']) {
      assert.ok((outcomes[outcome] ?? 0) > 10, outcome);
    }
  });
});
