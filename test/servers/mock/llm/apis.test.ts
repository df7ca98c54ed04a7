import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../../src/core/endpoints/prepare.ts';
import { makePlan } from '../../../../src/core/plan/plan.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { runBenchmark } from '../../../../src/engine/run.ts';
import { tokensText } from '../../../../src/servers/mock/llm/text.ts';
import { type MockServer, startMockServer } from '../../../../src/servers/mock/server.ts';
import { ask } from '../client.ts';

/** A prompt of so many tokens. */
const words = (count: number): string => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
const user = (content: unknown): object => ({ role: 'user', content });
const prompt = words(40);

/** One API: where it is, its body for that prompt, and how its stream is asked for. */
interface Case {
  readonly path: string;
  readonly body: object;
  readonly streamPath?: string;
  readonly streamBody?: object;
  /** Reads the text, the counts and, where the API has it, the reasoning of a complete response. */
  readonly read: (json: Json) => unknown[];
  readonly hasReasoning?: true;
}
// oxlint-disable-next-line typescript/no-explicit-any -- a response of any API
type Json = any;

const cases: Readonly<Record<string, Case>> = {
  'Chat Completions': {
    path: '/v1/chat/completions',
    body: { messages: [user(words(30)), user('w30 w31 w32 w33 w34 w35 w36 w37 w38 w39')] },
    streamBody: { stream: true, stream_options: { include_usage: true } },
    hasReasoning: true,
    read: ({ choices: [{ message, finish_reason: reason }], usage }) => [
      message.content,
      reason,
      usage.prompt_tokens,
      usage.prompt_tokens_details.cached_tokens,
      usage.completion_tokens,
      message.reasoning_content,
    ],
  },
  Completions: {
    path: '/v1/completions',
    body: { prompt },
    streamBody: { stream: true, stream_options: { include_usage: true } },
    read: ({ choices: [{ text, finish_reason: reason }], usage }) => [
      text,
      reason,
      usage.prompt_tokens,
      usage.prompt_tokens_details.cached_tokens,
      usage.completion_tokens,
    ],
  },
  Responses: {
    path: '/v1/responses',
    body: { instructions: words(10), input: [user([{ type: 'input_text', text: words(30) }])] },
    streamBody: { stream: true },
    hasReasoning: true,
    read: ({ output, status, usage }) => [
      output.at(-1).content[0].text,
      status === 'completed' ? 'stop' : 'length',
      usage.input_tokens,
      usage.input_tokens_details.cached_tokens,
      usage.output_tokens,
      output.length > 1 ? output[0].content[0].text : undefined,
    ],
  },
  Messages: {
    path: '/v1/messages',
    body: { max_tokens: 1000, system: words(10), messages: [user([{ type: 'text', text: words(30) }])] },
    streamBody: { stream: true },
    hasReasoning: true,
    read: ({ content, stop_reason: reason, usage }) => [
      content.at(-1).text,
      reason === 'end_turn' ? 'stop' : 'length',
      usage.input_tokens + usage.cache_read_input_tokens,
      usage.cache_read_input_tokens,
      usage.output_tokens,
      content.length > 1 ? content[0].thinking : undefined,
    ],
  },
  Gemini: {
    path: '/v1beta/models/mock:generateContent?',
    streamPath: '/v1beta/models/mock:streamGenerateContent?alt=sse&',
    body: { contents: [{ role: 'user', parts: [{ text: prompt }] }] },
    hasReasoning: true,
    read: ({ candidates: [{ content, finishReason }], usageMetadata: counts }) => [
      content.parts.at(-1).text,
      finishReason === 'STOP' ? 'stop' : 'length',
      counts.promptTokenCount,
      counts.cachedContentTokenCount,
      counts.candidatesTokenCount + (counts.thoughtsTokenCount ?? 0),
      content.parts.length > 1 ? content.parts[0].text : undefined,
    ],
  },
  TGI: {
    path: '/generate',
    streamPath: '/generate_stream',
    body: { inputs: prompt },
    read: ({ generated_text: text, details }) => [
      text,
      details.finish_reason === 'eos_token' ? 'stop' : 'length',
      undefined,
      undefined,
      details.generated_tokens,
    ],
  },
  SGLang: {
    path: '/generate',
    body: { text: prompt, sampling_params: {} },
    streamBody: { stream: true },
    read: ({ text, meta_info: meta }) => [
      text,
      meta.finish_reason.type,
      meta.prompt_tokens,
      meta.cached_tokens,
      meta.completion_tokens,
    ],
  },
  'llama.cpp': {
    path: '/completion',
    body: { prompt },
    streamBody: { stream: true },
    read: ({ content, stop_type: type, tokens_evaluated: evaluated, timings, tokens_predicted: predicted }) => [
      content,
      type === 'eos' ? 'stop' : 'length',
      evaluated,
      timings.cache_n,
      predicted,
    ],
  },
  'Ollama generate': {
    path: '/api/generate',
    body: { prompt, stream: false },
    streamBody: { stream: true },
    hasReasoning: true,
    read: ({ response, thinking, done_reason: reason, prompt_eval_count: prompted, eval_count: output }) => [
      response,
      reason,
      prompted,
      undefined,
      output,
      thinking,
    ],
  },
  'Ollama chat': {
    path: '/api/chat',
    body: { messages: [user(prompt)], stream: false },
    streamBody: { stream: true },
    hasReasoning: true,
    read: ({ message, done_reason: reason, prompt_eval_count: prompted, eval_count: output }) => [
      message.content,
      reason,
      prompted,
      undefined,
      output,
      message.thinking,
    ],
  },
};

const addressOf = (path: string, query: string): string =>
  path.endsWith('?') || path.endsWith('&') ? path + query : `${path}?${query}`;

const nothing = (): undefined => undefined;

describe('APIs of the mock model', function () {
  this.timeout(60_000);
  let server: MockServer;
  beforeEach(async () => {
    server = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 0.02, prefixCaching: true });
  });
  afterEach(() => server.close());
  const post = async (path: string, body: object): Promise<Json> => {
    const reply = await ask(server, path, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(reply.status, 200, reply.text);
    return JSON.parse(reply.text);
  };
  /** Sends four requests one after another, as from an endpoints file. */
  async function run(path: string, body: object): Promise<RunRecord> {
    const file = parseEndpoints(
      `POST ${server.url}${path}\nContent-Type: application/json\n\n${JSON.stringify(body)}\n`,
    );
    assert.deepEqual(file.problems, []);
    const lookups = { env: nothing, secret: nothing, bodyFile: nothing, shownAs: 'test' };
    const requests = file.targets.map((target) => prepareTarget(target, lookups));
    const plan = makePlan({ requests: 4, concurrency: 1, coldStart: true }, { defaults: {}, objectives: [] });
    return runBenchmark(
      { name: 'test', plan, targets: file.targets, requests, secrets: [], file: null },
      { version: '0.0.0', signal: new AbortController().signal },
    );
  }

  for (const [name, { path, body, streamPath = path, streamBody = {}, read, hasReasoning }] of Object.entries(cases)) {
    const hasPrompt = name !== 'TGI';
    const hasCached = hasPrompt && !name.startsWith('Ollama');

    it(`${name}: complete, with known text and counts`, async () => {
      for (const cached of [0, 32]) {
        const expected = [tokensText(0, 20), 'stop', hasPrompt ? 40 : undefined, hasCached ? cached : undefined, 20];
        assert.deepEqual(read(await post(addressOf(path, 'tokens=20'), body)).slice(0, 5), expected);
      }
      const short = read(await post(addressOf(path, 'tokens=20&max_tokens=3'), body));
      assert.deepEqual([short[0], short[1], short[4]], ['The quick brown', 'length', 3]);
      if (!hasReasoning) return;
      const thought = read(await post(addressOf(path, 'tokens=20&reasoning_tokens=5'), body));
      assert.deepEqual([thought[5], thought[0], thought[4]], [tokensText(0, 5), tokensText(5, 20), 20]);
    });

    it(`${name}: streamed, as Loadlens reads it`, async () => {
      const address = addressOf(streamPath, 'tokens=20&tokens_per_chunk=3');
      const record = await run(address, { ...body, ...streamBody });
      assert.equal(record.successes, 4, JSON.stringify(record.failureSamples));
      assert.deepEqual(
        [record.outputTokens, record.inputTokens, record.cachedInputTokens],
        // TGI names the length of the prompt in its streams only, and Ollama and TGI no cached tokens.
        [80, 160, hasCached ? 96 : undefined],
      );
      if (!hasReasoning) return;
      const thinking = await run(`${address}&reasoning_tokens=5`, { ...body, ...streamBody });
      assert.deepEqual([thinking.successes, thinking.outputTokens], [4, 80], JSON.stringify(thinking.failureSamples));
    });
  }

  it('the openai client parses Responses, also streamed, and embeddings', async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const query = { query: { tokens: 9, reasoning_tokens: 4 } };
    const whole = await client.responses.create({ model: 'm', input: 'a b' }, query);
    assert.equal(whole.output_text, tokensText(4, 9));
    const types: string[] = [];
    let text = '';
    const stream = await client.responses.create({ model: 'm', input: 'a b', stream: true }, query);
    let sequence = 0;
    for await (const event of stream) {
      assert.equal(event.sequence_number, sequence++);
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') {
        assert.equal(event.response.output_text ?? text, text);
        assert.deepEqual(event.response.usage, whole.usage);
      }
    }
    assert.equal(text, whole.output_text);
    assert.deepEqual(types, [
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_text.delta',
      'response.reasoning_text.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    assert.deepEqual(whole.usage, {
      input_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 4 },
      total_tokens: 11,
    });
    // The client asks for base64 by itself.
    const { data, usage } = await client.embeddings.create({ model: 'm', input: ['a b', 'c'], dimensions: 4 });
    assert.deepEqual(
      data.map(({ embedding }) => embedding),
      [
        [0, 0, 1, 0],
        [0, 1, 0, 0],
      ],
    );
    assert.deepEqual(usage, { prompt_tokens: 3, total_tokens: 3 });
  });

  it('Messages: events are in order, and cached tokens are separate from the input', async () => {
    const body = JSON.stringify({ max_tokens: 2, stream: true, messages: [user(prompt)] });
    await ask(server, '/v1/messages', { method: 'POST', body });
    const { text, type } = await ask(server, '/v1/messages?reasoning_tokens=1', { method: 'POST', body });
    assert.equal(type, 'text/event-stream; charset=utf-8');
    const events = text
      .trim()
      .split('\n\n')
      .map((block) => {
        const [event, data = ''] = block.split('\n');
        const json: Json = JSON.parse(data.slice('data: '.length));
        assert.equal(event, `event: ${json.type}`);
        return json;
      });
    const { id, ...message } = events[0].message;
    assert.match(id, /^msg_[0-9a-f]{32}$/);
    assert.deepEqual(
      [{ type: 'message_start', message }, ...events.slice(1)],
      [
        {
          type: 'message_start',
          message: {
            type: 'message',
            role: 'assistant',
            model: 'mock',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: {
              input_tokens: 8,
              cache_creation_input_tokens: 0,
              cache_read_input_tokens: 32,
              output_tokens: 0,
            },
          },
        },
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
        { type: 'ping' },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'The' } },
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: ' quick' } },
        { type: 'content_block_stop', index: 1 },
        {
          type: 'message_delta',
          delta: { stop_reason: 'max_tokens', stop_sequence: null },
          usage: { output_tokens: 2 },
        },
        { type: 'message_stop' },
      ],
    );
  });

  it('Gemini: a stream is a JSON list, or events with alt=sse', async () => {
    const { text, type } = await ask(server, '/v1beta/models/g:streamGenerateContent?tokens=3', {
      method: 'POST',
      body: JSON.stringify({ contents: [{ parts: [{ text: 'a b' }] }] }),
    });
    assert.equal(type, 'application/json');
    const chunks: Json[] = JSON.parse(text);
    const events = await ask(server, '/v1beta/models/g:streamGenerateContent?tokens=3&alt=sse', {
      method: 'POST',
      body: JSON.stringify({ contents: [{ parts: [{ text: 'a b' }] }] }),
    });
    assert.equal(events.type, 'text/event-stream; charset=utf-8');
    assert.equal(events.text.match(/^data: \{"candidates":/gm)?.length, 4);
    assert.deepEqual(
      chunks.map(({ candidates: [{ content, finishReason }], usageMetadata, modelVersion }) => [
        content.parts[0].text,
        finishReason,
        usageMetadata.candidatesTokenCount,
        modelVersion,
      ]),
      [
        ['The', undefined, 1, 'g'],
        [' quick', undefined, 2, 'g'],
        [' brown', undefined, 3, 'g'],
        ['', 'STOP', 3, 'g'],
      ],
    );
  });

  it("ranks documents by their share of the query's words", async () => {
    const body = { model: 'r', query: 'a b c d', documents: ['x', 'a c y', { text: 'd c b a' }, 'b'] };
    for (const path of ['/rerank', '/v1/rerank', '/v2/rerank']) {
      const { id, ...rest } = await post(path, { ...body, top_n: 3 });
      assert.match(id, /^rerank-/);
      assert.deepEqual(rest, {
        model: 'r',
        usage: { prompt_tokens: 25, total_tokens: 25 },
        results: [
          { index: 2, document: { text: 'd c b a' }, relevance_score: 1 },
          { index: 1, document: { text: 'a c y' }, relevance_score: 0.5 },
          { index: 3, document: { text: 'b' }, relevance_score: 0.25 },
        ],
      });
    }
    const bare = await post('/rerank', { ...body, return_documents: false });
    assert.deepEqual(bare.results.at(-1), { index: 0, relevance_score: 0 });
  });

  it('reports errors in the format of each API', async () => {
    const message = 'The field messages is missing.';
    const refused = async (path: string, body: object): Promise<unknown[]> => {
      const { status, text } = await ask(server, path, { method: 'POST', body: JSON.stringify(body) });
      return [status, JSON.parse(text)];
    };
    assert.deepEqual(await refused('/v1/messages', { max_tokens: 1 }), [
      400,
      { type: 'error', error: { type: 'invalid_request_error', message } },
    ]);
    assert.deepEqual(await refused('/v1/messages', { messages: [user('a')] }), [
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'The field max_tokens is missing.' } },
    ]);
    assert.deepEqual(await refused('/api/chat', {}), [400, { error: message }]);
    assert.deepEqual(await refused('/v1beta/models/g:generateContent', {}), [
      400,
      { error: { code: 400, message: 'The field contents is missing.', status: 'INVALID_ARGUMENT' } },
    ]);
    assert.deepEqual(await refused('/generate', { inputs: 3 }), [
      400,
      { error: 'The field inputs must be a string, not 3.', error_type: 'validation' },
    ]);
    assert.deepEqual(await refused('/completion?reasoning_tokens=1', { prompt: 'a' }), [
      400,
      {
        error: {
          message: "reasoning_tokens isn't supported by this API.",
          type: 'invalid_request_error',
          param: 'reasoning_tokens',
          code: null,
        },
      },
    ]);
    const failing = '?error_rate=1&error_status=529';
    assert.deepEqual(await refused(`/v1/messages${failing}`, { max_tokens: 1, messages: [user('a')] }), [
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Failed on purpose, because of error_rate.' } },
    ]);
    const { text } = await ask(server, `/v1/messages${failing}&error_mode=event`, {
      method: 'POST',
      body: JSON.stringify({ max_tokens: 4, stream: true, messages: [user('a')] }),
    });
    assert.equal(
      text.split('\n\n').at(-2),
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Failed on purpose, because of error_rate."}}',
    );
  });
});
