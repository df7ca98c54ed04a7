import assert from 'node:assert/strict';
import { request } from 'node:http';
import OpenAI, { NotFoundError } from 'openai';
import type { Gpt2Server } from '../../../src/servers/gpt2/server.ts';
import { startTinyServer } from './support.ts';

/** What the tests look at in answers. */
interface Answer {
  readonly status: string;
  readonly choices: readonly { readonly index: number; readonly text: string; readonly finish_reason: string }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null };
}

async function answerOf(response: Response): Promise<Answer> {
  const json: Answer = await response.json();
  return json;
}

const prompt = 'Hello, how are you?';
const greedy = { model: 'synthetic-tiny', prompt, temperature: 0 };

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const usageOf = (cached: number, choices = 1) => ({
  prompt_tokens: 300,
  completion_tokens: 2 * choices,
  total_tokens: 300 + 2 * choices,
  prompt_tokens_details: { cached_tokens: cached },
});

describe('GPT-2 server', function () {
  this.timeout(60_000);
  let server: Gpt2Server;
  let openai: OpenAI;
  before(async () => {
    server = await startTinyServer();
    openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  after(() => server.close());

  const post = async (path: string, body: unknown): Promise<{ status: number; json: Answer }> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(server.url + path, { method: 'POST', body: text });
    return { status: response.status, json: await answerOf(response) };
  };
  const sendText = async (path: string, body: object): Promise<string> =>
    (await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })).text();

  it('the openai client gets a completion with the right usage', async () => {
    const answer = await openai.completions.create({ ...greedy, max_tokens: 7 });
    assert.equal(answer.object, 'text_completion');
    assert.equal(answer.model, 'synthetic-tiny');
    assert.equal(answer.choices[0]?.finish_reason, 'length');
    assert.deepEqual(answer.usage, { prompt_tokens: 6, completion_tokens: 7, total_tokens: 13 });
    assert.match(answer.system_fingerprint ?? '', /synthetic$/);
  });

  it('a stream has the same text, and usage if requested', async () => {
    const whole = await openai.completions.create({ ...greedy, max_tokens: 12 });
    const stream = await openai.completions.create({
      ...greedy,
      max_tokens: 12,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    const reasons: unknown[] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      if (chunk.choices.length === 0) usage = chunk.usage;
    }
    assert.equal(text, whole.choices[0]?.text);
    assert.deepEqual(reasons, ['length']);
    assert.deepEqual(usage, { prompt_tokens: 6, completion_tokens: 12, total_tokens: 18 });
  });

  it('the openai client chats, complete and streamed', async () => {
    const body = { model: 'synthetic-tiny', messages: [{ role: 'user', content: 'Hi' }], temperature: 0 } as const;
    const answer = await openai.chat.completions.create({ ...body, messages: [...body.messages], max_tokens: 6 });
    assert.equal(answer.choices[0]?.message.role, 'assistant');
    assert.equal(answer.usage?.completion_tokens, 6);
    const stream = openai.chat.completions.stream({
      ...body,
      messages: [...body.messages],
      max_completion_tokens: 6,
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    assert.equal(final.choices[0]?.message.content, answer.choices[0]?.message.content);
    assert.equal(final.choices[0]?.finish_reason, 'length');
    assert.deepEqual(final.usage, answer.usage);
  });

  it('a stream ends with [DONE], and has no usage unless requested', async () => {
    const text = await sendText('/v1/chat/completions', {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 3,
      stream: true,
    });
    const events = text.split('\n\n').filter((event) => event !== '');
    assert.equal(events.at(-1), 'data: [DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)));
    assert.deepEqual(chunks[0].choices[0].delta, { role: 'assistant', content: '' });
    assert.ok(chunks.every((chunk) => chunk.object === 'chat.completion.chunk' && !('usage' in chunk)));
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'length');
  });

  it('accepts several prompts and choices, as texts and as tokens', async () => {
    const { json } = await post('/v1/completions', {
      prompt: ['Hello', 'What is'],
      n: 2,
      max_tokens: 3,
      temperature: 0,
    });
    assert.deepEqual(
      json.choices.map(({ index }) => index),
      [0, 1, 2, 3],
    );
    assert.equal(json.choices[0]!.text, json.choices[1]!.text);
    assert.deepEqual(json.usage, { prompt_tokens: 3, completion_tokens: 12, total_tokens: 15 });
    const tokens = await post('/v1/completions', { prompt: [1, 2, 3], max_tokens: 2 });
    assert.equal(tokens.json.usage.prompt_tokens, 3);
    const empty = await post('/v1/completions', { prompt: '', max_tokens: 2 });
    assert.deepEqual(empty.json.usage, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
  });

  it('the same seed gives the same response, and choices of one request differ', async () => {
    const body = { prompt, max_tokens: 8, n: 2, seed: 42 };
    const [a, b] = await Promise.all([post('/v1/completions', body), post('/v1/completions', body)]);
    assert.deepEqual(a.json.choices, b.json.choices);
    assert.notEqual(a.json.choices[0]!.text, a.json.choices[1]!.text);
  });

  it('a stop string ends the response before it, and the tokens up to it count', async () => {
    const whole = (await post('/v1/completions', { ...greedy, max_tokens: 12 })).json.choices[0]!.text;
    const stop = whole.slice(7, 10);
    const at = whole.indexOf(stop);
    const { json } = await post('/v1/completions', { ...greedy, max_tokens: 12, stop });
    assert.equal(json.choices[0]!.text, whole.slice(0, at));
    assert.equal(json.choices[0]!.finish_reason, 'stop');
    assert.ok(json.usage.completion_tokens < 12);
    const streamed = await sendText('/v1/completions', { ...greedy, max_tokens: 12, stop: [stop], stream: true });
    const text = [...streamed.matchAll(/^data: (\{.*)$/gm)]
      .map((match) => JSON.parse(match[1]!).choices[0].text)
      .join('');
    assert.equal(text, whole.slice(0, at));
  });

  it('invalid requests get 400 with a sentence that names the field', async () => {
    const cases: readonly (readonly [unknown, RegExp, string | null])[] = [
      ['{"prompt"', /isn't valid JSON/, null],
      ['[]', /must be a JSON object/, null],
      [{}, /field prompt is missing/, 'prompt'],
      [{ prompt, nonsense: 1 }, /field nonsense is unknown/, 'nonsense'],
      [{ prompt, max_tokens: -5 }, /max_tokens must be at least 1, not -5/, 'max_tokens'],
      [{ prompt, max_tokens: 1.5 }, /max_tokens must be/, 'max_tokens'],
      [{ prompt, temperature: -1 }, /temperature must be at least 0/, 'temperature'],
      [{ prompt, temperature: 'hot' }, /temperature must be a number, not "hot"/, 'temperature'],
      [{ prompt, top_p: 0 }, /top_p must be/, 'top_p'],
      [{ prompt, n: 0 }, /n must be at least 1/, 'n'],
      [{ prompt, stop: [''] }, /stop/, 'stop.0'],
      [{ prompt, logprobs: 3 }, /logprobs isn't supported/, 'logprobs'],
      [{ prompt, stream_options: { foo: 1 } }, /stream_options\.foo is unknown/, 'stream_options.foo'],
      [{ prompt: [60_000] }, /unknown token 60000\. Expected 0 to 50256/, 'prompt'],
      [{ prompt: [-1] }, /prompt\.0 must be at least 0/, 'prompt.0'],
      [
        { prompt, max_tokens: 1019 },
        /context is 1024 tokens\. The prompt has 6 and the response may have 1019/,
        'prompt',
      ],
      [{ prompt: 'a b '.repeat(2000), max_tokens: 1 }, /context is 1024 tokens/, 'prompt'],
    ];
    for (const [body, message, param] of cases) {
      const { status, json } = await post('/v1/completions', body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.equal(json.error.type, 'invalid_request_error');
      assert.match(json.error.message, message);
      assert.equal(json.error.param, param);
    }
    const chat = await post('/v1/chat/completions', { messages: [{ role: 'robot', content: 'Hi' }] });
    assert.deepEqual([chat.status, chat.json.error.param], [400, 'messages.0.role']);
    const none = await post('/v1/chat/completions', { messages: [] });
    assert.match(none.json.error.message, /messages must have at least one message/);
  });

  it('neutral values of unsupported fields are accepted', async () => {
    const { status } = await post('/v1/completions', {
      prompt,
      max_tokens: 1,
      echo: false,
      logprobs: null,
      presence_penalty: 0,
      best_of: 1,
    });
    assert.equal(status, 200);
  });

  it('other models, paths, and methods, and huge bodies are rejected in the same format', async () => {
    await assert.rejects(openai.completions.create({ ...greedy, model: 'gpt-4' }), NotFoundError);
    assert.equal((await post('/v1/completions', { prompt, max_tokens: 1, model: 'gpt2' })).status, 200);
    assert.equal((await post('/v2', {})).status, 404);
    const wrong = await fetch(`${server.url}/v1/completions`);
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST']);
    const huge = await post('/v1/completions', { prompt: 'x'.repeat(2_000_000) });
    assert.deepEqual([huge.status, huge.json.error.type], [413, 'invalid_request_error']);
  });

  it('lists its model', async () => {
    const page = await openai.models.list();
    assert.deepEqual(
      page.data.map(({ id }) => id),
      ['synthetic-tiny'],
    );
    assert.equal((await openai.models.retrieve('synthetic-tiny')).object, 'model');
    const health: unknown = await (await fetch(`${server.url}/health`)).json();
    assert.deepEqual(health, { status: 'ready', model: 'synthetic-tiny', dtype: 'q8', weights: 'synthetic' });
  });

  it('/tokenizer generates the requested number of tokens', async () => {
    const before = server.stats().generatedTokens;
    const answer = await fetch(`${server.url}/tokenizer?output_tokens=9`);
    assert.deepEqual(await answer.json(), { output_tokens: 9 });
    assert.equal(server.stats().generatedTokens - before, 9);
    for (const query of [
      '',
      '?output_tokens=0',
      '?output_tokens=x',
      '?output_tokens=5&output_tokens=6',
      '?output_tokens=1024',
    ])
      assert.equal((await fetch(`${server.url}/tokenizer${query}`)).status, 400, query);
  });

  it('reports its counts as Prometheus text', async () => {
    await post('/v1/completions', { prompt, max_tokens: 4 });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
    assert.equal(value('gpt2_requests_running'), 0);
    assert.equal(value('gpt2_generated_tokens_total'), server.stats().generatedTokens);
    assert.ok(value('gpt2_time_to_first_token_seconds_count') > 0);
    assert.ok(value('gpt2_batch_size_count') > 0);
    assert.ok(value('gpt2_http_requests_total\\{status="200"\\}') > 0);
  });

  it('a client that disconnects frees its slot, streamed or not', async () => {
    for (const stream of [true, false]) {
      const sent = request(`${server.url}/v1/completions`, { method: 'POST' });
      sent.on('error', () => {});
      sent.end(JSON.stringify({ prompt, max_tokens: 1000, ignore_eos: true, stream }));
      await until(() => server.stats().running === 1);
      sent.destroy();
      await until(() => server.stats().running === 0);
    }
  });
});

describe('GPT-2 server: limits and errors', function () {
  this.timeout(60_000);

  it('responds with 429 and Retry-After if the queue is full, and continues afterwards', async () => {
    const server = await startTinyServer({ maxBatch: 2, maxQueue: 1 });
    const ask = (signal?: AbortSignal) =>
      fetch(`${server.url}/tokenizer?output_tokens=380`, signal === undefined ? {} : { signal });
    const abort = new AbortController();
    const three = [ask(abort.signal), ask(), ask()];
    three[0]!.catch(() => {});
    await until(() => server.stats().running === 2 && server.stats().waiting === 1);
    const refused = await ask();
    const body = await answerOf(refused);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.equal(body.error.type, 'rate_limit_error');
    abort.abort();
    assert.deepEqual(
      (await Promise.all(three.slice(1))).map(({ status }) => status),
      [200, 200],
    );
    assert.equal((await ask()).status, 200);
    await server.close();
  });

  it('responds with "loading" while it loads, and can be canceled then', async () => {
    const abort = new AbortController();
    let port = 0;
    const starting = startTinyServer({
      port: 18_553,
      signal: abort.signal,
      onProgress: () => (port = 18_553),
    });
    await until(() => port !== 0);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    assert.deepEqual([health.status, (await answerOf(health)).status], [503, 'loading']);
    const early = await fetch(`http://127.0.0.1:${port}/tokenizer?output_tokens=1`);
    assert.deepEqual([early.status, early.headers.get('retry-after')], [503, '1']);
    abort.abort();
    await assert.rejects(starting, { name: 'LoadlensError', message: 'Starting the GPT-2 server was canceled.' });
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`));
  });

  it('counts the tokens of its prefix cache once per prompt', async () => {
    const server = await startTinyServer({ prefixCacheTokens: 1024 });
    const ask = async (body: object): Promise<unknown> => {
      const response = await fetch(`${server.url}/v1/completions`, { method: 'POST', body: JSON.stringify(body) });
      return (await answerOf(response)).usage;
    };
    const body = { prompt: Array.from({ length: 300 }, (_, i) => i), max_tokens: 2, temperature: 0 };
    assert.deepEqual(await ask(body), usageOf(0));
    assert.deepEqual(await ask(body), usageOf(256));
    assert.deepEqual(await ask({ ...body, n: 3 }), usageOf(256, 3));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(text, /\ngpt2_prefix_cache_tokens 256\n/);
    assert.match(text, /\ngpt2_prefix_cache_queries_total 1500\n/);
    assert.match(text, /\ngpt2_prefix_cache_hits_total 1024\n/);
    await server.close();
  });

  it('closes while responses are in progress', async () => {
    const server = await startTinyServer();
    const answer = fetch(`${server.url}/tokenizer?output_tokens=1000`).then(
      () => 'answered',
      () => 'cut off',
    );
    await until(() => server.stats().running === 1);
    await server.close();
    assert.equal(await answer, 'cut off');
  });

  it('a port in use and an unknown model are failures with a hint', async () => {
    const server = await startTinyServer();
    await assert.rejects(startTinyServer({ port: server.port }), { name: 'LoadlensError', message: /is in use/ });
    await assert.rejects(startTinyServer({ model: '/no/such' }), {
      name: 'LoadlensError',
      message: 'Folder /no/such not found.',
    });
    await server.close();
  });
});
