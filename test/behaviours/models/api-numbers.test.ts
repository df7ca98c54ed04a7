import assert from 'node:assert/strict';
import type { DialectName } from '../../../src/core/endpoints/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../../src/servers/mock/server.ts';
import { requestsOf, run } from '../../support/run-input.ts';

/** A prompt for the mock model, one token per word. */
const words = (count: number): string => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

/** How an endpoints file asks one API for a response to 40 tokens. */
interface Case {
  readonly path: string;
  readonly body: object;
  readonly dialect: DialectName;
  /** Path of the stream, if it isn't that of the complete response. */
  readonly streamPath?: string;
  /** Its body names the model, so a missing one is requested. */
  readonly namesModel?: true;
  readonly hasReasoning?: true;
  readonly reportsReasoning?: true;
  readonly reportsCached?: true;
  /** The complete response has no count of the prompt. */
  readonly countsPromptInStreamsOnly?: true;
}

const messages = [{ role: 'user', content: words(40) }];

const cases: Readonly<Record<string, Case>> = {
  'Chat Completions': {
    path: '/v1/chat/completions',
    body: { messages },
    dialect: 'openai',
    namesModel: true,
    hasReasoning: true,
    reportsReasoning: true,
    reportsCached: true,
  },
  'Chat Completions at a base URL': {
    path: '/v1',
    body: { messages },
    dialect: 'openai',
    namesModel: true,
    reportsCached: true,
  },
  Completions: {
    path: '/v1/completions',
    body: { prompt: words(40) },
    dialect: 'openai',
    namesModel: true,
    reportsCached: true,
  },
  Responses: {
    path: '/v1/responses',
    body: { input: words(40) },
    dialect: 'responses',
    namesModel: true,
    hasReasoning: true,
    reportsReasoning: true,
    reportsCached: true,
  },
  Messages: {
    path: '/v1/messages',
    body: { messages, max_tokens: 1_000 },
    dialect: 'messages',
    namesModel: true,
    hasReasoning: true,
    reportsCached: true,
  },
  Gemini: {
    path: '/v1beta/models/mock:generateContent',
    streamPath: '/v1beta/models/mock:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: words(40) }] }] },
    dialect: 'gemini',
    hasReasoning: true,
    reportsReasoning: true,
    reportsCached: true,
  },
  'Gemini without alt=sse': {
    path: '/v1beta/models/mock:generateContent',
    streamPath: '/v1beta/models/mock:streamGenerateContent',
    body: { contents: [{ role: 'user', parts: [{ text: words(40) }] }] },
    dialect: 'gemini',
    hasReasoning: true,
    reportsReasoning: true,
    reportsCached: true,
  },
  TGI: {
    path: '/generate',
    streamPath: '/generate_stream',
    body: { inputs: words(40) },
    dialect: 'tgi',
    countsPromptInStreamsOnly: true,
  },
  SGLang: {
    path: '/generate',
    body: { text: words(40), sampling_params: {} },
    dialect: 'sglang',
    reportsCached: true,
  },
  'llama.cpp': { path: '/completion', body: { prompt: words(40) }, dialect: 'llama-cpp', reportsCached: true },
  'Ollama generate': {
    path: '/api/generate',
    body: { prompt: words(40) },
    dialect: 'ollama',
    namesModel: true,
    hasReasoning: true,
  },
  'Ollama chat': {
    path: '/api/chat',
    body: { messages },
    dialect: 'ollama',
    namesModel: true,
    hasReasoning: true,
  },
};

const ttftMs = 40;
const iclMs = 5;
const tokens = 12;
const requests = 3;

const sum = (...values: readonly (number | null | undefined)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0);

/** Asserts that two times differ by rounding only. */
const same = (actual: number | null | undefined, expected: number | null | undefined, what: string): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) < 1e-6, `${what}: ${actual} for ${expected}`);

/** Asserts a time that a server with known delays never ends early, and that a busy machine makes longer. */
const atLeast = (actual: number | null | undefined, expected: number, what: string): void =>
  assert.ok(
    typeof actual === 'number' && actual >= expected - 1e-6 && actual < expected + 3_000,
    `${what}: ${actual} for ${expected}`,
  );

/** Asserts counts of a run whose prompts were the same, so that all but the first had 32 tokens in the cache. */
function assertCounts(record: RunRecord, { reportsCached }: Case, input: number | undefined): void {
  assert.deepEqual([record.successes, record.errors], [requests, {}], JSON.stringify(record.failureSamples));
  assert.deepEqual(
    [record.outputTokens, record.inputTokens, record.cachedInputTokens],
    [requests * tokens, input, reportsCached ? 32 * (requests - 1) : undefined],
  );
  assert.equal(record.tokenSource, record.targets[0]?.llmRequest?.dialect === 'ollama' ? 'eval_count' : 'usage');
  const seconds = (record.rateMs ?? Number.NaN) / 1000;
  same(record.outputTokensPerS, (requests * tokens) / seconds, 'output rate');
  if (input === undefined) return;
  same(record.inputTokensPerS, input / seconds, 'input rate');
  same(record.totalTokensPerS, (input + requests * tokens) / seconds, 'total rate');
}

describe('the numbers of every API', function () {
  this.timeout(60_000);
  let mock: MockServer;
  beforeEach(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 1, prefixCaching: true });
  });
  afterEach(() => mock.close());

  /** Sends the request of a case one at a time, from an endpoints file. */
  const runCase = ({ path, body }: { path: string; body: object }, query: string, stream: boolean) => {
    const url = `${mock.url}${path}${path.includes('?') ? '&' : '?'}${query}`;
    // TGI and Gemini choose by the path.
    const directive = 'inputs' in body || 'contents' in body ? '' : `# @stream ${stream}\n`;
    const prepared = requestsOf(`${directive}POST ${url}\n\n${JSON.stringify(body)}\n`);
    return run(prepared, { plan: { requests, concurrency: 1 } }).then((record) => ({ record, prepared: prepared[0] }));
  };

  for (const [name, one] of Object.entries(cases)) {
    const query = `ttft_ms=${ttftMs}&icl_ms=${iclMs}&tokens=${tokens}`;
    const model = one.namesModel ? 'mock' : undefined;

    it(`${name}: streamed`, async () => {
      const { record, prepared } = await runCase({ ...one, path: one.streamPath ?? one.path }, query, true);
      assert.deepEqual([prepared?.dialect, prepared?.streams], [one.dialect, true]);
      assert.deepEqual(
        [record.targets[0]?.llmRequest?.dialect, record.targets[0]?.llmRequest?.model],
        [one.dialect, model],
      );
      assertCounts(record, one, 40 * requests);
      // One token in each chunk, so ICL and TPOT have the same mean.
      assert.deepEqual(
        [record.iclMs?.count, record.streams],
        [requests * (tokens - 1), { whole: 3, partial: 0, partialChunks: 0 }],
      );
      atLeast(record.ttftMs?.min, ttftMs, 'TTFT');
      atLeast(record.e2eMs?.min, ttftMs + iclMs * (tokens - 1), 'E2E');
      same(record.tpotMs?.mean, record.iclMs?.mean, 'TPOT');
      same(record.e2eMs?.mean, sum(record.ttftMs?.mean, (record.iclMs?.mean ?? 0) * (tokens - 1)), 'E2E');
    });

    it(`${name}: in one piece`, async () => {
      const { record, prepared } = await runCase(one, query, false);
      assert.deepEqual([prepared?.dialect, prepared?.streams], [one.dialect, false]);
      assert.equal(record.targets[0]?.llmRequest?.model, model);
      assertCounts(record, one, one.countsPromptInStreamsOnly ? undefined : 40 * requests);
      assert.equal(record.ttftMs, undefined);
      atLeast(record.latencyMs.min, ttftMs + iclMs * (tokens - 1), 'latency');
    });

    if (one.hasReasoning !== true) continue;
    it(`${name}: with reasoning`, async () => {
      for (const stream of [true, false]) {
        const path = stream ? (one.streamPath ?? one.path) : one.path;
        const { record } = await runCase({ ...one, path }, `${query}&reasoning_tokens=5`, stream);
        assert.deepEqual(
          [record.successes, record.outputTokens, record.reasoningTokens],
          // Without a count in the usage, chunks with reasoning are counted, and a response in one piece has no count.
          [requests, requests * tokens, stream || one.reportsReasoning ? 5 * requests : undefined],
          JSON.stringify(record.failureSamples),
        );
        if (!stream) continue;
        // Reasoning is streamed, so it counts for every time.
        atLeast(record.ttftMs?.min, ttftMs, 'TTFT');
        assert.equal(record.iclMs?.count, requests * (tokens - 1));
      }
    });
  }

  it('of several tokens in a chunk have the time per token', async () => {
    for (const [name, { path, streamPath = path, body, dialect }] of Object.entries(cases)) {
      const query = `ttft_ms=${ttftMs}&icl_ms=20&tokens=${tokens}&tokens_per_chunk=4`;
      const { record } = await runCase({ path: streamPath, body }, query, true);
      // Three chunks, so 8 tokens arrive in two gaps. TGI has one event per token, also if four arrive together.
      const [gaps, timed] = dialect === 'tgi' ? [11, 11] : [2, 8];
      assert.deepEqual([record.outputTokens, record.iclMs?.count], [requests * tokens, requests * gaps], name);
      same(record.tpotMs?.mean, ((record.iclMs?.mean ?? 0) * gaps) / timed, name);
      atLeast(record.e2eMs?.min, ttftMs + 2 * 20, name);
    }
  });

  it('of requests with an image are those of their text', async () => {
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses', '/api/chat', '/api/generate']) {
      const [, { body } = { body: {} }] = Object.entries(cases).find(([, one]) => one.path === path) ?? [];
      const url = `${mock.url}${path}?ttft_ms=1&icl_ms=0&tokens=${tokens}`;
      for (const prompt of ['', '# @input-tokens 30\n']) {
        const text = `# @image a.gif\n${prompt}# @stream true\nPOST ${url}\n\n${JSON.stringify(body)}\n`;
        const record = await run(requestsOf(text, { 'a.gif': 'GIF89a…' }), { plan: { requests, concurrency: 1 } });
        assert.deepEqual(
          [record.successes, record.inputTokens, record.outputTokens],
          [requests, (prompt === '' ? 40 : 30) * requests, tokens * requests],
          path + JSON.stringify(record.failureSamples),
        );
      }
    }
  });

  const pooled = {
    Embeddings: { path: '/v1/embeddings', body: { input: [words(30), words(10)] }, dialect: 'embeddings' },
    // The query counts once per document.
    Rerank: { path: '/v1/rerank', body: { query: words(10), documents: [words(12), words(8)] }, dialect: 'rerank' },
  } as const;
  for (const [name, { path, body, dialect }] of Object.entries(pooled)) {
    it(`${name}: input tokens only`, async () => {
      const prepared = requestsOf(`POST ${mock.url}${path}?ttft_ms=${ttftMs}\n\n${JSON.stringify(body)}\n`);
      const record = await run(prepared, { plan: { requests, concurrency: 1 } });
      assert.deepEqual([record.successes, prepared[0]?.dialect], [requests, dialect]);
      assert.equal(record.targets[0]?.llmRequest?.model, 'mock');
      assert.deepEqual([record.inputTokens, record.outputTokens, record.avgOutputTokens], [40 * requests, 0, null]);
      same(record.inputTokensPerS, (40 * requests) / ((record.rateMs ?? Number.NaN) / 1000), 'input rate');
      atLeast(record.latencyMs.min, ttftMs, 'latency');
    });
  }
});
