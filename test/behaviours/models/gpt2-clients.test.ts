import assert from 'node:assert/strict';
import type { Gpt2Server } from '../../../src/servers/gpt2/server.ts';
import { startTinyServer } from '../../servers/gpt2/support.ts';

describe('the GPT-2 server and other load generators', function () {
  this.timeout(60_000);
  let server: Gpt2Server;
  before(async () => {
    server = await startTinyServer();
  });
  after(() => server.close());

  const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  };
  const messages = [{ role: 'user', content: 'Hi' }];

  it('accepts the body of vllm bench', async () => {
    const { status, text } = await post('/v1/completions', {
      model: 'gpt2',
      prompt: 'Hello, how are you?',
      temperature: 0,
      repetition_penalty: 1,
      min_p: 0,
      max_tokens: 5,
      min_tokens: 5,
      logprobs: null,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    });
    assert.equal(status, 200, text);
    const events = [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''));
    const counts: number[] = events.map(({ usage }) => usage.completion_tokens);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.deepEqual([counts[0], counts.at(-1)], [1, 5]);
    assert.ok(events.every(({ usage }) => usage.prompt_tokens === 6));
  });

  it('accepts the body of guidellm', async () => {
    const { status, text } = await post('/v1/chat/completions', {
      model: 'gpt2',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: null },
        { role: 'user', content: 'And?' },
      ],
      max_tokens: 3,
      max_completion_tokens: 3,
      min_tokens: 3,
      stop: null,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    });
    assert.equal(status, 200, text);
    assert.match(text, /"completion_tokens":3/);
  });

  const generators: Readonly<Record<string, readonly [path: string, body: object]>> = {
    'vllm bench serve, completions': [
      '/v1/completions',
      {
        model: 'gpt2',
        prompt: [1, 2, 3],
        repetition_penalty: 1,
        max_tokens: 2,
        logprobs: null,
        stream: true,
        stream_options: { include_usage: true },
        ignore_eos: true,
        top_p: 1,
        top_k: -1,
        min_p: 0,
        temperature: 0,
        frequency_penalty: 0,
        presence_penalty: 0,
      },
    ],
    'vllm bench serve, chat': [
      '/v1/chat/completions',
      {
        model: 'gpt2',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_completion_tokens: 2,
        stream: true,
        stream_options: { include_usage: true },
        ignore_eos: true,
      },
    ],
    'vllm bench serve, chat with sampling': [
      '/v1/chat/completions',
      {
        model: 'gpt2',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        max_completion_tokens: 2,
        stream: true,
        stream_options: { include_usage: true },
        ignore_eos: true,
        top_p: 0.9,
        top_k: 40,
        min_p: 0,
        temperature: 0.7,
        frequency_penalty: 0,
        presence_penalty: 0,
        repetition_penalty: 1,
      },
    ],
    'guidellm, chat with earlier turns': [
      '/v1/chat/completions',
      {
        model: 'gpt2',
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
        max_completion_tokens: 2,
        stop: null,
        ignore_eos: true,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          { role: 'assistant', content: 'Hello.' },
          { role: 'user', content: [{ type: 'text', text: 'And?' }] },
        ],
      },
    ],
    'guidellm, completions': [
      '/v1/completions',
      {
        model: 'gpt2',
        prompt: 'Hi there',
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
        max_tokens: 2,
        stop: null,
        ignore_eos: true,
      },
    ],
    'a client with parameters of vLLM that have no effect': [
      '/v1/chat/completions',
      {
        model: 'gpt2',
        messages,
        max_tokens: 2,
        best_of: 1,
        n: 1,
        use_beam_search: false,
        length_penalty: 1,
        stop_token_ids: [],
        include_stop_str_in_output: false,
        skip_special_tokens: true,
        spaces_between_special_tokens: true,
        truncate_prompt_tokens: null,
        prompt_logprobs: null,
        add_special_tokens: false,
        add_generation_prompt: true,
        continue_final_message: false,
        chat_template_kwargs: {},
        priority: 0,
        request_id: 'r1',
        echo: false,
        ignore_eos: true,
      },
    ],
  };
  for (const [name, [path, body]] of Object.entries(generators)) {
    it(`accepts the body of ${name}`, async () => {
      const { status, text } = await post(path, body);
      assert.equal(status, 200, text);
      assert.match(text, /"completion_tokens":2\b/);
    });
  }

  it('rejects parameters of vLLM that would have an effect', async () => {
    for (const [field, value] of [
      ['stop_token_ids', [5]],
      ['use_beam_search', true],
      ['truncate_prompt_tokens', 10],
      ['best_of', 2],
    ] as const) {
      const { status, text } = await post('/v1/completions', { prompt: 'a', [field]: value });
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).error.message, `The field ${field} isn't supported by this server. Remove it.`);
    }
  });

  it("doesn't end a response at a stop text before min_tokens", async () => {
    const body = { prompt: 'Hello', temperature: 0, max_tokens: 12 };
    const whole = JSON.parse((await post('/v1/completions', body)).text);
    const stop = String(whole.choices[0].text).slice(0, 2);
    const early = JSON.parse((await post('/v1/completions', { ...body, stop })).text);
    assert.ok(early.usage.completion_tokens < 12);
    const late = JSON.parse((await post('/v1/completions', { ...body, stop, min_tokens: 12 })).text);
    assert.equal(late.usage.completion_tokens, 12);
    const { status, text } = await post('/v1/completions', { ...body, min_tokens: 13 });
    assert.equal(status, 400);
    assert.equal(JSON.parse(text).error.message, 'The field min_tokens must be at most max_tokens, 12, not 13.');
  });

  it('accepts an empty message only from the assistant', async () => {
    const { status, text } = await post('/v1/chat/completions', { messages: [{ role: 'user', content: null }] });
    assert.equal(status, 400);
    assert.match(text, /messages\.0\.content must be a string or a list of parts/);
  });

  it('responds to HEAD wherever it responds to GET', async () => {
    for (const path of ['/health', '/v1/models', '/metrics']) {
      const response = await fetch(server.url + path, { method: 'HEAD' });
      assert.deepEqual([response.status, await response.text()], [200, ''], path);
    }
    const wrong = await fetch(`${server.url}/health`, { method: 'DELETE' });
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD']);
  });

  it('accepts the model name gpt2 for any model', async () => {
    for (const name of ['gpt2', 'synthetic-tiny']) {
      const response = await fetch(`${server.url}/v1/models/${name}`);
      const card: unknown = await response.json();
      assert.equal(response.status, 200);
      assert.ok(typeof card === 'object' && card !== null && 'id' in card && card.id === 'synthetic-tiny');
    }
  });

  it('says what value a field expects', async () => {
    for (const [field, value, message] of [
      ['seed', 1.5, 'The field seed must be a whole number, not 1.5.'],
      ['seed', 1e300, 'The field seed must be a whole number, not 1e+300.'],
      ['max_tokens', 2.5, 'The field max_tokens must be a whole number, not 2.5.'],
      ['max_tokens', 'x', 'The field max_tokens must be a number, not "x".'],
      ['stream', 'yes', 'The field stream must be true or false, not "yes".'],
      ['stream_options', 7, 'The field stream_options must be an object, not 7.'],
      ['metadata', { a: 1 }, 'The field metadata.a must be a string, not 1.'],
      ['temperature', 3, 'The field temperature must be at most 2, not 3.'],
      ['top_p', 0, 'The field top_p must be more than 0, not 0.'],
      ['user', ['a'], 'The field user must be a string, not a list.'],
      ['repetition_penalty', 1.1, "The field repetition_penalty isn't supported by this server. Remove it."],
    ] as const) {
      const { status, text } = await post('/v1/chat/completions', { messages, [field]: value });
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).error.message, message);
    }
  });

  it('rejects prompts that are far too long, and accepts a long one that fits', async () => {
    const texts = [
      'a b '.repeat(32_750),
      'lorem ipsum, dolor. '.repeat(6_550),
      'x'.repeat(131_000),
      'né'.repeat(65_500),
    ];
    for (const prompt of texts) {
      const { status, text } = await post('/v1/completions', { prompt, max_tokens: 1 });
      assert.equal(status, 400);
      assert.match(text, /context is 1024 tokens\. The prompt has more than 1024/);
    }
    const fits = await post('/v1/completions', { prompt: ' the'.repeat(1_000), max_tokens: 1 });
    assert.equal(fits.status, 200, fits.text);
    assert.match(fits.text, /"prompt_tokens":1000/);
  });
});
