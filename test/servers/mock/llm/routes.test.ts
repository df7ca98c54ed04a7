import assert from 'node:assert/strict';
import { isUnlucky } from '../../../../src/servers/mock/llm/schedule.ts';
import type { LlmOptions } from '../../../../src/servers/mock/llm/routes.ts';
import { tokensText } from '../../../../src/servers/mock/llm/text.ts';
import { type MockServer, startMockServer } from '../../../../src/servers/mock/server.ts';
import { ask, type Reply, until } from '../client.ts';

const chat = { messages: [{ role: 'user', content: 'Say something short.' }] };
const json = (text: string): Record<string, unknown> => ({ ...JSON.parse(text) });
/** What stands in a stream: objects, and `[DONE]`. Id and time differ from answer to answer and are left out. */
const eventsOf = (text: string): unknown[] => {
  const blocks = text.split('\n\n');
  assert.equal(blocks.pop(), '');
  return blocks.map((block) => {
    assert.ok(block.startsWith('data: '), block);
    if (block === 'data: [DONE]') return '[DONE]';
    const { id: _id, created: _created, ...rest } = json(block.slice(6));
    return rest;
  });
};

const chatChunk = (delta: object, finish: string | null = null): object => ({
  object: 'chat.completion.chunk',
  model: 'm',
  system_fingerprint: 'loadlens-mock',
  choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  usage: null,
});
const textChunk = (text: string, finish: string | null = null): object => ({
  object: 'text_completion',
  model: 'mock',
  system_fingerprint: 'loadlens-mock',
  choices: [{ index: 0, text, finish_reason: finish, logprobs: null }],
});
const errorText = (message: string, param: string | null = null): string =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param, code: null } });

const usageOf = (cached: number): object => ({
  prompt_tokens: 40,
  completion_tokens: 1,
  total_tokens: 41,
  prompt_tokens_details: { cached_tokens: cached },
});

interface StartOptions extends LlmOptions {
  readonly limit?: number;
  readonly timeScale?: number;
}

describe('mock model', () => {
  let server: MockServer;
  const start = async ({ limit = 10, ...options }: StartOptions = {}): Promise<void> => {
    await server?.close();
    server = await startMockServer({ port: 0, maxConcurrentRequests: limit, timeScale: 0, ...options });
  };
  beforeEach(() => start());
  after(() => server.close());
  const post = (path: string, body: unknown, options: { signal?: AbortSignal } = {}): Promise<Reply> =>
    ask(server, path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...options });

  it('streams a chat: role, tokens, finish reason, usage, [DONE]', async () => {
    const { status, type, text } = await post('/v1/chat/completions', {
      ...chat,
      model: 'm',
      max_tokens: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.equal(status, 200);
    assert.equal(type, 'text/event-stream; charset=utf-8');
    assert.deepEqual(eventsOf(text), [
      chatChunk({ role: 'assistant', content: '' }),
      chatChunk({ content: 'The' }),
      chatChunk({ content: ' quick' }),
      chatChunk({}, 'length'),
      {
        object: 'chat.completion.chunk',
        model: 'm',
        system_fingerprint: 'loadlens-mock',
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      },
      '[DONE]',
    ]);
  });

  it('streams a completion with several tokens per chunk, and no usage unless requested', async () => {
    const { text } = await post('/v1/completions?tokens_per_chunk=2', { prompt: 'x', tokens: 3, stream: true });
    assert.deepEqual(eventsOf(text), [textChunk('The quick'), textChunk(' brown'), textChunk('', 'stop'), '[DONE]']);
  });

  it('responds in one piece', async () => {
    const ofChat = json((await post('/v1/chat/completions', { ...chat, max_tokens: 30 })).text);
    assert.match(String(ofChat['id']), /^chatcmpl-[0-9a-f]{32}$/);
    assert.deepEqual(ofChat['choices'], [
      {
        index: 0,
        message: { role: 'assistant', content: tokensText(0, 30), refusal: null },
        logprobs: null,
        finish_reason: 'length',
      },
    ]);
    assert.deepEqual(ofChat['usage'], { prompt_tokens: 3, completion_tokens: 30, total_tokens: 33 });
    const ofText = json((await post('/v1/completions', { prompt: 'a b' })).text);
    assert.deepEqual(ofText['choices'], [{ index: 0, text: tokensText(0, 16), logprobs: null, finish_reason: 'stop' }]);
    assert.deepEqual(ofText['usage'], { prompt_tokens: 2, completion_tokens: 16, total_tokens: 18 });
  });

  it('has text with more bytes than characters', () => {
    const text = tokensText(0, 23);
    assert.match(text, /naïve .* – 東京 and 🙂 included/);
    assert.equal(tokensText(0, 7) + tokensText(7, 23), text);
  });

  it('lists its model', async () => {
    const list = json((await ask(server, '/v1/models')).text);
    assert.equal(list['object'], 'list');
    const card = json((await ask(server, '/v1/models/mock')).text);
    assert.deepEqual(list['data'], [card]);
    assert.equal(card['id'], 'mock');
  });

  it('reads prompts of a million tokens', async () => {
    const prompt = 'a '.repeat(1_000_000);
    const reply = json((await post('/v1/completions', { prompt, max_tokens: 1, ttft_ms: 0 })).text);
    assert.deepEqual(reply['usage'], { prompt_tokens: 1_000_000, completion_tokens: 1, total_tokens: 1_000_001 });
  });

  it("reports errors in OpenAI's format", async () => {
    for (const [reply, status, text] of [
      [await post('/v1/completions', '{'), 400, errorText("The body isn't valid JSON.")],
      [await post('/v1/completions', '[]'), 400, errorText('The body must be a JSON object.')],
      [
        await post('/v1/completions?icl_ms=x', { prompt: 'a' }),
        400,
        errorText('icl_ms must be a number from 0 to 3600000.', 'icl_ms'),
      ],
      [
        await post('/v1/completions', ' '.repeat(32 * 1024 * 1024 + 1)),
        413,
        errorText('The body is larger than 33554432 bytes.'),
      ],
      [await post('/v1/images', {}), 404, errorText('/v1/images not found. Try POST /v1/chat/completions.')],
      [await ask(server, '/v1/completions'), 405, errorText('/v1/completions accepts only POST requests.')],
    ] as const) {
      assert.equal(reply.status, status);
      assert.equal(reply.text, text);
    }
    assert.equal((await ask(server, '/v1/completions')).allow, 'POST');
  });

  it('counts against the limit, and frees the place when the client disconnects', async () => {
    await start({ limit: 1, timeScale: 1 });
    const leaving = new AbortController();
    const slow = { ...chat, stream: true, ttft_ms: 0, icl_ms: 3_600_000 };
    const held = post('/v1/chat/completions', slow, { signal: leaving.signal }).catch(() => 'gone');
    await until(() => server.stats().inFlight === 1);
    const refused = await post('/v1/chat/completions', chat);
    assert.equal(refused.status, 429);
    assert.deepEqual(json(refused.text), {
      error: {
        message: 'Too many requests: the limit is 1 at the same time.',
        type: 'rate_limit_error',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
    leaving.abort();
    assert.equal(await held, 'gone');
    await until(() => server.stats().inFlight === 0);
    assert.equal(server.stats().abandoned, 1);
  });

  it('is on time at any time scale, and never early', async () => {
    await start({ timeScale: 0.1 });
    const from = performance.now();
    const [whole, streamed] = await Promise.all([
      post('/v1/completions?ttft_ms=300&icl_ms=100&tokens=8', { prompt: 'a' }),
      post('/v1/completions?ttft_ms=300&icl_ms=50&tokens=8&stall_at=3&stall_ms=350', { prompt: 'a', stream: true }),
    ]);
    assert.ok(performance.now() - from >= 100);
    assert.deepEqual([whole.status, streamed.status], [200, 200]);
    const counted = (await ask(server, '/metrics')).text;
    assert.match(counted, /\nmock_answer_error_seconds_count 1\n/);
    assert.match(counted, /\nmock_ttft_error_seconds_count 1\n/);
    assert.match(counted, /\nmock_icl_error_seconds_count 7\n/);
    assert.match(counted, /\nmock_answer_error_seconds_bucket\{le="0"\} 0\n/);
  });

  it('fails exactly the requests that the seed selects, by status', async () => {
    const query = 'error_rate=0.4&error_status=503&seed=7';
    for (let index = 0; index < 20; index++) {
      const reply = await post(`/v1/chat/completions?${query}`, { ...chat, stream: index % 2 === 0 });
      assert.equal(reply.status, isUnlucky(0.4, 7, index) ? 503 : 200, `request ${index}`);
      if (reply.status === 503) assert.match(reply.text, /^\{"error":\{"message":"Failed on purpose.*"server_error"/);
    }
  });

  it('fails in the middle of a stream', async () => {
    const { status, text } = await post('/v1/completions?error_rate=1&error_mode=event', {
      prompt: 'a',
      tokens: 6,
      stream: true,
    });
    assert.equal(status, 200);
    const events = eventsOf(text);
    assert.equal(events.length, 4);
    assert.deepEqual(events.at(-1), {
      error: {
        message: 'Failed on purpose, because of error_rate.',
        type: 'server_error',
        param: null,
        code: null,
      },
    });
  });

  it('closes the connection at the cut token', async () => {
    for (const stream of [true, false]) {
      await assert.rejects(post('/v1/completions?cut_at=3', { prompt: 'a', stream }), { code: 'ECONNRESET' });
    }
    const { cut, served, inFlight } = server.stats();
    assert.deepEqual({ cut, served, inFlight }, { cut: 2, served: 0, inFlight: 0 });
  });

  /** The lines of a metric without help, type, and buckets. */
  const linesOf = async (...names: readonly string[]): Promise<string[]> => {
    const { text } = await ask(server, '/metrics');
    return names.map((name) => text.split('\n').find((line) => line.startsWith(`vllm:${name}{`)) ?? name);
  };
  const labels = '{model_name="mock",engine="0"}';

  it("computes TTFT from the tokens that aren't in the prefix cache", async () => {
    await start({ timeScale: 0.125, ttftMs: 8, ttftMsPerToken: 0.5, prefixCaching: true });
    const prompt = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
    const usages = [];
    for (const query of ['', '', '?ttft_ms=16&ttft_ms_per_token=2']) {
      const { text } = await post(`/v1/completions${query}`, { prompt, max_tokens: 1 });
      usages.push(json(text)['usage']);
    }
    assert.deepEqual(usages, [usageOf(0), usageOf(32), usageOf(32)]);
    // (8 + 0.5 × 40) + (8 + 0.5 × 8) + (16 + 2 × 8) = 72 ms, at an eighth of the time.
    assert.deepEqual(
      await linesOf(
        'time_to_first_token_seconds_sum',
        'prefix_cache_queries_total',
        'prefix_cache_hits_total',
        'prompt_tokens_total',
        'generation_tokens_total',
        'cache_config_info',
      ),
      [
        `vllm:time_to_first_token_seconds_sum${labels} 0.009`,
        `vllm:prefix_cache_queries_total${labels} 120`,
        `vllm:prefix_cache_hits_total${labels} 64`,
        `vllm:prompt_tokens_total${labels} 120`,
        `vllm:generation_tokens_total${labels} 3`,
        'vllm:cache_config_info{block_size="16",enable_prefix_caching="True",num_gpu_blocks="None",engine="0"} 1',
      ],
    );
  });

  it('queues requests above --max-num-seqs, and shows its state while they run', async () => {
    await start({ timeScale: 1, maxNumSeqs: 2, kvCacheBlocks: 8 });
    const leaving = new AbortController();
    const slow = { ...chat, stream: true, ttft_ms: 3_600_000 };
    const held = Array.from({ length: 3 }, () =>
      post('/v1/chat/completions', slow, { signal: leaving.signal }).catch(() => 'gone'),
    );
    await until(() => server.stats().inFlight === 3);
    assert.deepEqual(
      await linesOf('num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc', 'gpu_cache_usage_perc'),
      [
        `vllm:num_requests_running${labels} 2`,
        `vllm:num_requests_waiting${labels} 1`,
        `vllm:kv_cache_usage_perc${labels} 0.25`,
        `vllm:gpu_cache_usage_perc${labels} 0.25`,
      ],
    );
    leaving.abort();
    assert.deepEqual(await Promise.all(held), ['gone', 'gone', 'gone']);
    await until(() => server.stats().inFlight === 0);
    assert.deepEqual(await linesOf('num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc'), [
      `vllm:num_requests_running${labels} 0`,
      `vllm:num_requests_waiting${labels} 0`,
      `vllm:kv_cache_usage_perc${labels} 0`,
    ]);
  });

  it("rejects a request that doesn't fit the KV cache", async () => {
    await start({ kvCacheBlocks: 2 });
    assert.equal((await post('/v1/completions', { prompt: 'a', max_tokens: 32 })).status, 200);
    const { status, text } = await post('/v1/completions', { prompt: 'a', max_tokens: 33 });
    assert.equal(status, 400);
    assert.deepEqual(json(text)['error'], {
      message:
        'The KV cache has 2 blocks of 16 tokens. The prompt has 1 and the response may have 33. Shorten the prompt, lower max_tokens, or increase --kv-cache-blocks.',
      type: 'invalid_request_error',
      param: null,
      code: 'context_length_exceeded',
    });
  });
});
