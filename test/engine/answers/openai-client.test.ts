import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import OpenAI, { APIError } from 'openai';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../src/core/endpoints/prepare.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { Story } from '../../../src/engine/answers/dialects/dialect.ts';
import { objectIn } from '../../../src/engine/answers/dialects/json.ts';
import { openai as openaiDialect } from '../../../src/engine/answers/dialects/openai.ts';
import { runBenchmark } from '../../../src/engine/run.ts';
import { createEventFraming } from '../../../src/engine/answers/framing.ts';
import { createStreamReader } from '../../../src/engine/answers/stream-reader.ts';
import type { Gpt2Server } from '../../../src/servers/gpt2/server.ts';
import { type MockServer, startMockServer } from '../../../src/servers/mock/server.ts';
import { startTinyServer } from '../../servers/gpt2/support.ts';

/** What somebody has read from a stream. */
interface Read {
  readonly text: string;
  readonly chunks: number;
  readonly usage: unknown;
}

/** The official client, and the bytes that it was given. */
function clientOf(url: string): { client: OpenAI; bytes: () => Promise<Uint8Array> } {
  let copy: Promise<ArrayBuffer> | undefined;
  const client = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: 'none',
    maxRetries: 0,
    fetch: async (address, init) => {
      const answer = await fetch(address, init);
      copy = answer.clone().arrayBuffer();
      return answer;
    },
  });
  return { client, bytes: async () => new Uint8Array((await copy) ?? new ArrayBuffer()) };
}

const collect = async <C extends { readonly usage?: unknown }>(
  stream: AsyncIterable<C>,
  textOf: (chunk: C) => string | null | undefined,
): Promise<Read> => {
  let text = '';
  let chunks = 0;
  let usage: unknown;
  for await (const chunk of stream) {
    const piece = textOf(chunk) ?? '';
    if (piece !== '') chunks++;
    text += piece;
    usage = chunk.usage ?? usage;
  }
  return { text, chunks, usage };
};

const ignored = (): void => {};

/** The same bytes, read by our engine in pieces of that many bytes. */
function readByEngine(bytes: Uint8Array, step: number): { size: number; chunks: number; tokens: number | undefined } {
  let size = 0;
  const story: Story = {
    part: (_choice, text, reasoning, other) => void (size += text.length + reasoning + other),
    usage: ignored,
    refused: ignored,
    summary: ignored,
    finishChoice: ignored,
    finish: ignored,
    fail: ignored,
    unfinished: ignored,
  };
  const framing = createEventFraming({
    onData: (data) => data !== '[DONE]' && openaiDialect.read(objectIn(JSON.parse(data)), false, story),
    onOverflow: ignored,
  });
  framing.feed(Buffer.from(bytes).toString());
  const reader = createStreamReader((work) => work());
  reader.begin({ anyEvents: false, stream: true, type: 'text/event-stream' });
  for (let at = 0; at < bytes.length; at += step) reader.add(bytes.subarray(at, at + step), at);
  const { stream, usage, failure } = reader.end(true);
  assert.equal(failure, undefined);
  return { size, chunks: stream?.chunks ?? 0, tokens: usage?.tokens };
}

const nothing = (): undefined => undefined;

/** A run of an endpoints file, as from the command line. */
function runFile(text: string, requests: number): Promise<RunRecord> {
  const file = parseEndpoints(text);
  assert.deepEqual(file.problems, []);
  const lookups = { env: nothing, secret: nothing, bodyFile: nothing, shownAs: 'test' };
  const prepared = file.targets.map((target) => prepareTarget(target, lookups));
  const plan = makePlan({ requests, concurrency: 2, coldStart: true }, { defaults: {}, objectives: [] });
  return runBenchmark(
    { name: 'test', plan, targets: file.targets, requests: prepared, secrets: [], file: null },
    { version: '0.0.0', signal: new AbortController().signal },
  );
}

describe('the openai client and the engine', function () {
  this.timeout(60_000);
  let mock: MockServer;
  let gpt2: Gpt2Server;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 0.02 });
    gpt2 = await startTinyServer();
  });
  after(() => Promise.all([mock.close(), gpt2.close()]));

  const messages = [{ role: 'user' as const, content: 'Say something – naïve or not.' }];
  const servers = [
    { name: 'mock', url: () => mock.url, model: 'mock', query: '' },
    { name: 'mock, three tokens a chunk', url: () => mock.url, model: 'mock', query: '?tokens_per_chunk=3' },
    { name: 'GPT-2', url: () => gpt2.url, model: 'synthetic-tiny', query: '' },
  ];
  for (const { name, url, model, query } of servers) {
    for (const kind of ['chat/completions', 'completions'] as const) {
      it(`agree on streams: ${name}, ${kind}`, async () => {
        const common = { model, temperature: 0, max_tokens: 25, stream_options: { include_usage: true } };
        const request = kind === 'completions' ? { ...common, prompt: 'Hello – you' } : { ...common, messages };
        const { client, bytes } = clientOf(url());
        const options = { path: `/${kind}${query}` };
        const theirs =
          'prompt' in request
            ? await collect(
                await client.completions.create({ ...request, stream: true }, options),
                ({ choices }) => choices[0]?.text,
              )
            : await collect(
                await client.chat.completions.create({ ...request, stream: true }, options),
                ({ choices }) => choices[0]?.delta.content,
              );
        assert.ok(theirs.text.length > 0);
        const usage: unknown = theirs.usage;
        assert.ok(typeof usage === 'object' && usage !== null && 'completion_tokens' in usage);
        assert.equal(usage.completion_tokens, 25);

        const all = await bytes();
        for (const step of [1, 7, 64, all.length]) {
          assert.deepEqual(readByEngine(all, step), { size: theirs.text.length, chunks: theirs.chunks, tokens: 25 });
        }

        const record = await runFile(
          `POST ${url()}/v1/${kind}${query}\nContent-Type: application/json\n${JSON.stringify({ ...request, stream: true })}`,
          4,
        );
        assert.deepEqual(
          {
            successes: record.successes,
            tokenSource: record.tokenSource,
            outputTokens: record.outputTokens,
            whole: record.streams?.whole,
            gaps: record.iclMs?.count,
            firsts: record.ttftMs?.count,
          },
          {
            successes: 4,
            tokenSource: 'usage',
            outputTokens: 4 * 25,
            whole: 4,
            gaps: 4 * (theirs.chunks - 1),
            firsts: 4,
          },
        );
      });
    }
  }

  it('agree on an error in a stream, and on a truncated stream', async () => {
    const { client } = clientOf(mock.url);
    const body = { model: 'mock', prompt: 'Hello', max_tokens: 8 };
    for (const [query, theirs, ours] of [
      ['error_rate=1&error_mode=event', APIError, { streamError: 2 }],
      ['cut_at=5', TypeError, { prematureEnd: 2 }],
    ] as const) {
      const read = async (): Promise<unknown> => {
        const options = { path: `/completions?${query}` };
        return collect(await client.completions.create({ ...body, stream: true }, options), () => undefined);
      };
      await assert.rejects(read(), theirs);
      const text = `POST ${mock.url}/v1/completions?${query}\nContent-Type: application/json\n${JSON.stringify({ ...body, stream: true })}`;
      const { errors, successes, streams } = await runFile(text, 2);
      assert.deepEqual(
        { errors, successes, streams },
        { errors: ours, successes: 0, streams: { whole: 0, partial: 2, partialChunks: 8 } },
      );
    }
  });

  it('the sample file runs unchanged', async () => {
    const sample = readFileSync(new URL('../../../media/samples/llm.endpoints', import.meta.url), 'utf8');
    const { successes, responses, streams, tokenSource } = await runFile(
      sample.replace('http://127.0.0.1:5000', mock.url),
      40,
    );
    assert.equal(responses, 40);
    assert.ok(successes >= 30 && (streams?.whole ?? 0) >= 20);
    assert.equal(tokenSource, 'usage');
  });
});
