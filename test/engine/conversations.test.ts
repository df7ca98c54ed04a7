import assert from 'node:assert/strict';
import type { RunPlan } from '../../src/core/plan/types.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { renderText } from '../../src/core/report/formats/text.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { requestsOf, run } from '../support/run-input.ts';
import { startStreamServer, type StreamServer } from '../support/stream-server.ts';

interface Message {
  readonly role: string;
  readonly content?: unknown;
  readonly parts?: unknown;
}
type Body = Readonly<Record<string, unknown>>;

const lines = (...conversations: readonly object[]): string =>
  conversations.map((conversation) => JSON.stringify(conversation)).join('\n');

/** Returns conversations of `turns` turns, each with texts of its own. */
const chats = (count: number, turns: number): string =>
  lines(
    ...Array.from({ length: count }, (_, chat) => ({
      turns: Array.from({ length: turns }, (_turn, turn) => `chat ${chat} turn ${turn + 1}`),
    })),
  );

const piece = (delta: object, finish_reason: string | null = null): object => ({
  choices: [{ index: 0, delta, finish_reason }],
});

/** Starts a server whose n-th response has the text `answer n`, in the format of the request's path. */
async function startChat(
  answer: (number: number, body: Body) => { readonly status?: number } | undefined = () => undefined,
): Promise<{ readonly server: StreamServer; readonly bodies: () => Body[] }> {
  const server = await startStreamServer((response, request) => {
    const number = server.bodies.length;
    const body: Body = JSON.parse(server.bodies.at(-1) ?? '');
    const { status = 200 } = answer(number, body) ?? {};
    if (status !== 200) {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"no"}}');
      return;
    }
    const text = `answer ${number}`;
    const events = (...data: readonly (object | string)[]): void => {
      response.setHeader('content-type', 'text/event-stream');
      for (const one of data) response.write(`data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`);
      response.end();
    };
    const json = (value: object): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    const half = text.slice(0, 3);
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    if (path === '/v1/chat/completions' && body['stream'] === true) {
      events(
        piece({ role: 'assistant', content: '' }),
        piece({ reasoning_content: 'hm' }),
        piece({ content: half }),
        piece({ content: text.slice(3) }),
        piece({}, 'stop'),
        { choices: [], usage: { prompt_tokens: 10 * number, completion_tokens: 2 } },
        '[DONE]',
      );
    } else if (path === '/v1/chat/completions') {
      json({ choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] });
    } else if (path === '/v1/messages') {
      events(
        { type: 'message_start', message: { usage: { input_tokens: 1, output_tokens: 1 } } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: half } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: text.slice(3) } },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
        { type: 'message_stop' },
      );
    } else if (path === '/v1/responses') {
      events(
        { type: 'response.output_text.delta', delta: text },
        { type: 'response.completed', response: { status: 'completed', usage: { input_tokens: 1, output_tokens: 2 } } },
      );
    } else if (path === '/api/chat') {
      response.setHeader('content-type', 'application/x-ndjson');
      response.write(`${JSON.stringify({ message: { role: 'assistant', content: text }, done: false })}\n`);
      response.end(`${JSON.stringify({ message: { content: '' }, done: true, done_reason: 'stop', eval_count: 2 })}\n`);
    } else {
      json({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] });
    }
  });
  return { server, bodies: () => server.bodies.map((body): Body => JSON.parse(body)) };
}

const cachedAfter = (turns: number): number => Math.max(0, 32 * turns - 16);

const oneAtATime: Partial<RunPlan> = { concurrency: 1, requests: 3 };

const threeTurns = lines({ turns: ['one', 'two', 'three'] });

/** Runs the only target of a file. */
const runChats = (
  origin: string,
  {
    above = '',
    path = '/v1/chat/completions',
    body = '{"model":"m","stream":true}',
    file = threeTurns,
  }: Partial<Record<'above' | 'path' | 'body' | 'file', string>>,
  plan: Partial<RunPlan> = oneAtATime,
  signal?: AbortSignal,
): Promise<RunRecord> =>
  run(
    requestsOf(`# @conversations chats.jsonl\n${above}POST ${origin}${path}\n\n${body}\n`, { 'chats.jsonl': file }),
    { plan },
    signal,
  );

describe('conversations', () => {
  it("send each turn with the model's own responses", async () => {
    const { server, bodies } = await startChat();
    try {
      const body =
        '{"model":"m","stream":true,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"?"}]}';
      const record = await runChats(server.url, { body });
      assert.equal(record.successes, 3);
      const said = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'answer 1' },
        { role: 'user', content: 'two' },
        { role: 'assistant', content: 'answer 2' },
        { role: 'user', content: 'three' },
      ];
      assert.deepEqual(
        bodies().map(({ messages }) => messages),
        [2, 4, 6].map((count) => said.slice(0, count)),
      );
      assert.ok(bodies().every(({ model, stream_options: usage }) => model === 'm' && usage !== undefined));
      assert.deepEqual(record.conversations, { started: 1, completed: 1, failed: 0, cut: 0 });
      assert.deepEqual(
        record.perTurn?.map(({ turn, requestsSent, inputTokens }) => [turn, requestsSent, inputTokens]),
        [
          [1, 1, 10],
          [2, 1, 20],
          [3, 1, 30],
        ],
      );
    } finally {
      await server.close();
    }
  });

  it('are generated, with the same texts and lengths for the same seed', async () => {
    const { server, bodies } = await startChat();
    try {
      const text = `# @turns uniform(2, 4)\n# @input-tokens 5\n# @output-tokens 3\nPOST ${server.url}/v1/chat/completions\n\n{"model":"m"}\n`;
      const plan = { concurrency: 1, requests: null, conversations: 3, tokenizer: 'gpt2' };
      const record = await run(requestsOf(text), { plan });
      const sent = bodies();
      assert.deepEqual(record.conversations, { started: 3, completed: 3, failed: 0, cut: 0 });
      assert.ok(
        sent.every((body) => body['max_tokens'] === 3 && body['min_tokens'] === 3 && body['ignore_eos'] === true),
      );
      // Each turn adds 5 tokens to the conversation, and each answer has 2.
      assert.deepEqual(
        record.perTurn?.map(({ inputTokens = 0, requestsSent }) => inputTokens / requestsSent),
        [5, 12, 19, 26].slice(0, record.perTurn?.length),
      );
      assert.deepEqual(record.askedLengths, { responses: sent.length, met: 0 });
      const { turns, ...prompts } = record.targets[0]?.prompts ?? {};
      const three = { mean: 3, min: 3, max: 3 };
      assert.deepEqual(prompts, {
        distinct: 3,
        start: 0,
        sent: 3,
        askedInput: { mean: 5, min: 5, max: 5 },
        askedOutput: three,
      });
      assert.equal((turns?.mean ?? 0) * 3, sent.length);
      assert.match(
        renderText(record).replaceAll(/\s+/g, ' '),
        /3 generated conversations, none sent twice; .*; 5 tokens per turn; asked for 3 tokens of output per turn; think time 0s/,
      );
      const usersOf = (all: readonly Body[]): unknown =>
        all.map(({ messages }) => (Array.isArray(messages) ? messages.filter((_, index) => index % 2 === 0) : []));
      await run(requestsOf(text), { plan });
      assert.deepEqual(usersOf(bodies().slice(sent.length)), usersOf(sent));
    } finally {
      await server.close();
    }
  });

  const apis: readonly (readonly [
    path: string,
    body: string,
    list: string,
    user: (text: string) => Message,
    model: (text: string) => Message,
  ])[] = [
    [
      '/v1/chat/completions',
      '{"model":"m"}',
      'messages',
      (content) => ({ role: 'user', content }),
      (content) => ({ role: 'assistant', content }),
    ],
    [
      '/v1/messages',
      '{"model":"m","max_tokens":9,"stream":true}',
      'messages',
      (content) => ({ role: 'user', content }),
      (content) => ({ role: 'assistant', content }),
    ],
    [
      '/v1/responses',
      '{"model":"m","stream":true}',
      'input',
      (content) => ({ role: 'user', content }),
      (content) => ({ role: 'assistant', content }),
    ],
    [
      '/api/chat',
      '{"model":"m"}',
      'messages',
      (content) => ({ role: 'user', content }),
      (content) => ({ role: 'assistant', content }),
    ],
    [
      '/v1beta/models/m:generateContent',
      '{}',
      'contents',
      (text) => ({ role: 'user', parts: [{ text }] }),
      (text) => ({ role: 'model', parts: [{ text }] }),
    ],
  ];
  for (const [path, body, list, user, model] of apis) {
    it(`are sent in the format of ${path}`, async () => {
      const { server, bodies } = await startChat();
      try {
        const record = await runChats(server.url, { path, body });
        assert.equal(record.successes, 3, JSON.stringify(record.failureSamples));
        assert.deepEqual(bodies()[2]?.[list], [
          user('one'),
          model('answer 1'),
          user('two'),
          model('answer 2'),
          user('three'),
        ]);
      } finally {
        await server.close();
      }
    });
  }

  it('have their own system message and limits', async () => {
    const { server, bodies } = await startChat();
    try {
      const file = lines(
        { system: 'Own.', turns: [{ text: 'a' }, { text: 'b', max_tokens: 7 }] },
        { messages: [{ role: 'user', content: 'c' }] },
      );
      const body = '{"model":"m","max_tokens":5,"stream":true,"system":"Default.","messages":[]}';
      await runChats(server.url, { path: '/v1/messages', body, file });
      assert.deepEqual(
        bodies().map(({ system, max_tokens: limit }) => [system, limit]),
        [
          ['Own.', 5],
          ['Own.', 7],
          ['Default.', 5],
        ],
      );
    } finally {
      await server.close();
    }
  });

  it('ask for lengths from the seed, unless a turn has its own', async () => {
    const { server, bodies } = await startChat();
    try {
      const file = lines({ turns: ['a', { text: 'b', max_tokens: 2 }, 'c'] }, { turns: ['d', 'e'] });
      const ask = (seed: number): Promise<RunRecord> =>
        runChats(
          server.url,
          { above: '# @output-tokens uniform(10, 99)\n', file },
          { ...oneAtATime, requests: 5, seed },
        );
      const record = await ask(1);
      const lengthsOf = (all: readonly Body[]): unknown[] => all.map(({ max_tokens: limit }) => limit);
      const lengths = lengthsOf(bodies()).map(Number);
      assert.equal(lengths[1], 2);
      assert.ok(
        lengths.every((length, index) => index === 1 || (length >= 10 && length <= 99)),
        lengths.join(),
      );
      assert.equal(new Set(lengths).size, 5);
      assert.ok(bodies().every((body) => body['min_tokens'] === body['max_tokens'] && body['ignore_eos'] === true));
      // Each response has 2 tokens.
      assert.deepEqual(record.askedLengths, { responses: 5, met: 1 });
      const mean = lengths.reduce((sum, length) => sum + length, 0) / 5;
      const { askedOutput, askedInput } = record.targets[0]?.prompts ?? {};
      assert.deepEqual([askedOutput, askedInput], [{ mean, min: 2, max: Math.max(...lengths) }, undefined]);
      assert.match(
        renderText(record).replaceAll(/\s+/g, ' '),
        /2.50 turns on average .*; asked for .* of output per turn/,
      );
      await ask(1);
      assert.deepEqual(lengthsOf(bodies().slice(5)), lengths);
      await ask(2);
      assert.notDeepEqual(lengthsOf(bodies().slice(10)), lengths);
    } finally {
      await server.close();
    }
  });

  it('keep the values of dynamic variables', async () => {
    const { server, bodies } = await startChat();
    try {
      const file = chats(2, 2);
      await runChats(
        server.url,
        { body: '{"model":"m","stream":true,"user":"{{$guid}}"}', file },
        { ...oneAtATime, requests: 4 },
      );
      const users = bodies().map(({ user }) => user);
      assert.equal(users[0], users[1]);
      assert.equal(users[2], users[3]);
      assert.notEqual(users[0], users[2]);
    } finally {
      await server.close();
    }
  });

  it('end with a failed turn', async () => {
    const { server, bodies } = await startChat((number) => (number === 2 ? { status: 500 } : undefined));
    try {
      const record = await runChats(server.url, { file: chats(2, 3) }, { concurrency: 1, requests: 6 });
      assert.equal(bodies().length, 5);
      assert.deepEqual(record.conversations, { started: 2, completed: 1, failed: 1, cut: 0 });
      assert.deepEqual(
        record.perTurn?.map(({ requestsSent, successes }) => [requestsSent, successes]),
        [
          [2, 2],
          [2, 1],
          [1, 1],
        ],
      );
    } finally {
      await server.close();
    }
  });

  it('are sent to their end for a number of requests or conversations', async () => {
    const { server, bodies } = await startChat();
    try {
      const byRequests = await runChats(server.url, { file: chats(9, 3) }, { concurrency: 2, requests: 10 });
      assert.equal(byRequests.requestsSent, 12);
      assert.deepEqual(byRequests.conversations, { started: 4, completed: 4, failed: 0, cut: 0 });
      assert.deepEqual(byRequests.targets[0]?.prompts, {
        distinct: 9,
        start: 0,
        sent: 4,
        turns: { mean: 3, min: 3, max: 3 },
      });
      const byCount = await runChats(
        server.url,
        { file: chats(9, 3) },
        { concurrency: 2, requests: null, conversations: 5 },
      );
      assert.equal(byCount.requestsSent, 15);
      assert.equal(bodies().length, 27);
    } finally {
      await server.close();
    }
  });

  it('wait for the think time between turns', async () => {
    const { server } = await startChat();
    try {
      const file = lines({ turns: ['a', 'b', { text: 'c', delay: 80 }] });
      const record = await runChats(server.url, { above: '# @think 40ms\n', file });
      const requests = record.streamedRequests ?? [];
      assert.equal(requests.length, 3);
      const gaps = requests.slice(1).map(({ sentMs }, i) => sentMs - (requests[i]?.endMs ?? 0));
      assert.ok((gaps[0] ?? 0) >= 40 && (gaps[1] ?? 0) >= 80, String(gaps));
      // A turn is timed from the end of the previous one and its think time.
      for (const [i, { scheduledMs, sentMs }] of requests.slice(1).entries()) {
        assert.ok(Math.abs(scheduledMs - (requests[i]?.endMs ?? 0) - (i === 0 ? 40 : 80)) < 1e-6);
        assert.ok(sentMs >= scheduledMs);
      }
    } finally {
      await server.close();
    }
  });

  it('are interrupted at the end of the duration, which is reported', async () => {
    const { server } = await startChat();
    try {
      const file = chats(3, 100);
      const record = await runChats(
        server.url,
        { above: '# @think 20ms\n', file },
        { requests: null, durationS: 0.3, concurrency: 3 },
      );
      assert.deepEqual(record.conversations, { started: 3, completed: 0, failed: 0, cut: 3 });
      assert.ok(record.requestsSent >= 3);
      assert.equal(record.status, 'completed');
    } finally {
      await server.close();
    }
  });

  it('start at the arrival rate in the open model', async () => {
    const { server } = await startChat();
    try {
      const plan: Partial<RunPlan> = {
        loadModel: 'open',
        stages: [{ fromPerS: 100, toPerS: 100, durationS: null }],
        concurrency: 10,
        maxInFlight: 10,
        requests: null,
        conversations: 6,
      };
      const record = await runChats(server.url, { above: '# @think 30ms\n', file: chats(6, 3) }, plan);
      assert.equal(record.requestsSent, 18);
      assert.deepEqual(record.conversations, { started: 6, completed: 6, failed: 0, cut: 0 });
      const firsts = (record.streamedRequests ?? [])
        .map(({ scheduledMs }) => scheduledMs)
        .filter((ms) => ms % 10 === 0);
      assert.deepEqual(firsts.slice(0, 6), [0, 10, 20, 30, 40, 50]);
      assert.equal(record.backlog?.unsent, 0);
    } finally {
      await server.close();
    }
  });

  it('keep what was measured when canceled', async () => {
    const cancel = new AbortController();
    const { server } = await startChat((number) => {
      if (number === 7) setTimeout(() => cancel.abort(), 20);
      return undefined;
    });
    try {
      const plan: Partial<RunPlan> = { concurrency: 3, requests: 300 };
      const record = await runChats(server.url, { above: '# @think 30ms\n', file: chats(3, 100) }, plan, cancel.signal);
      assert.equal(record.status, 'cancelled');
      assert.equal(record.conversations?.cut, 3);
      assert.equal(record.conversations?.started, 3);
      assert.ok(record.successes >= 6);
      assert.equal(record.perTurn?.[0]?.requestsSent, 3);
    } finally {
      await server.close();
    }
  });

  for (const workers of [1, 2]) {
    it(`run to their end, 200 of 5 turns over ${workers} loops`, async () => {
      const mock = await startMockServer({ port: 0, maxConcurrentRequests: 1_000, timeScale: 1, ttftMs: 1 });
      try {
        const record = await runChats(
          `http://127.0.0.1:${mock.port}`,
          { path: '/v1/chat/completions?icl_ms=0&tokens=3', file: chats(200, 5) },
          { concurrency: 64, requests: 1_000, workers },
        );
        assert.equal(record.successes, 1_000, JSON.stringify(record.failureSamples));
        assert.deepEqual(record.conversations, { started: 200, completed: 200, failed: 0, cut: 0 });
        assert.deepEqual(
          record.perTurn?.map(({ requestsSent, inputTokens, outputTokens }) => [
            requestsSent,
            inputTokens,
            outputTokens,
          ]),
          // Each turn has 4 tokens and each answer 3.
          [4, 11, 18, 25, 32].map((tokens) => [200, 200 * tokens, 600]),
        );
      } finally {
        await mock.close();
      }
    });
  }

  for (const prefixCaching of [true, false]) {
    it(`have the time to first token of their uncached prompt, prefix cache ${prefixCaching ? 'on' : 'off'}`, async () => {
      const mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 1, prefixCaching });
      try {
        // 16 tokens a turn and 16 an answer: each is a block of the cache. The last token of an answer isn't computed, so its
        // block is not in the cache.
        const file = lines(
          ...Array.from({ length: 3 }, (_, chat) => ({
            turns: [1, 2, 3, 4].map((turn) =>
              Array.from({ length: 16 }, (_word, i) => `${chat}-${turn}-${i}`).join(' '),
            ),
          })),
        );
        const path = '/v1/chat/completions?ttft_ms=10&ttft_ms_per_token=1&icl_ms=0&tokens=16';
        const record = await runChats(mock.url, { path, file }, { concurrency: 3, requests: 12 });
        assert.deepEqual(
          record.perTurn?.map(({ inputTokens, cachedInputTokens }) => [inputTokens, cachedInputTokens]),
          [0, 1, 2, 3].map((earlier) => [
            3 * (16 + 32 * earlier),
            prefixCaching ? 3 * cachedAfter(earlier) : undefined,
          ]),
        );
        for (const [earlier, { ttftMs }] of (record.perTurn ?? []).entries()) {
          const least = 10 + 16 + 32 * earlier - (prefixCaching ? cachedAfter(earlier) : 0);
          assert.ok((ttftMs?.min ?? 0) >= least, `turn ${earlier + 1}: ${ttftMs?.min} is below ${least}`);
        }
      } finally {
        await mock.close();
      }
    });
  }
});
