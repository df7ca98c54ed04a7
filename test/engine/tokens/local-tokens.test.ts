import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { startMockServer, type MockServer } from '../../../src/servers/mock/server.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { requestsOf, run } from '../../support/run-input.ts';
import { startStreamServer, type StreamServer } from '../../support/stream-server.ts';

const chat = (origin: string, directives = '', query = '', body = ''): string =>
  `${directives}# @stream true\nPOST ${origin}/v1/chat/completions${query}\n\n{"model":"mock","messages":[{"role":"user","content":"Hi"}]${body}}\n`;

const asked = (url: string, directives = '', body = '{"messages":[{"role":"user","content":"The quick brown fox"}]}') =>
  `${directives}POST ${url}/v1/chat/completions\n\n${body}\n`;

const withTokenizer = (file: string, plan: Partial<RunPlan> = {}): Promise<RunRecord> =>
  run(requestsOf(file), { plan: { tokenizer: 'gpt2', ...plan } });

describe('a local tokenizer', () => {
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 1 });
  });
  after(() => mock.close());

  let server: StreamServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  // The first 11 words of the mock server's text are one token each in every vocabulary.
  const known = '?tokens=11&tokens_per_chunk=4&ttft_ms=10&icl_ms=5';

  for (const tokenizer of ['gpt2', 'cl100k_base', 'o200k_base']) {
    it(`counts tokens that the server doesn't report (${tokenizer})`, async () => {
      const record = await withTokenizer(chat(mock.url, '# @usage off\n', known), { tokenizer });
      assert.equal(record.successes, 10);
      assert.equal(record.tokenSource, 'tokenizer');
      assert.equal(record.outputTokens, 110);
      assert.equal(record.avgOutputTokens, 11);
      assert.equal(record.tokenCheck, undefined);
      assert.equal(record.plan.tokenizer, tokenizer);
    });
  }

  it('counts responses in one piece', async () => {
    server = await startStreamServer((response) =>
      json(response, { choices: [{ index: 0, message: { content: 'The quick brown fox' }, finish_reason: 'stop' }] }),
    );
    const file = `POST ${server.url}/v1/chat/completions\n\n{"model":"m","messages":[{"role":"user","content":"Hi"}]}\n`;
    const record = await withTokenizer(file);
    assert.deepEqual([record.tokenSource, record.outputTokens], ['tokenizer', 40]);
  });

  it('counts every choice, and cumulative texts', async () => {
    server = await startStreamServer((response, request) => {
      response.setHeader('content-type', 'text/event-stream');
      const events =
        request.url === '/generate'
          ? ['The', 'The quick', 'The quick brown', 'The quick brown fox', 'The quick brown fox jumps'].map((text) => ({
              text,
              meta_info: { finish_reason: text.endsWith('jumps') ? { type: 'stop' } : null },
            }))
          : [
              { choices: [{ index: 0, text: 'The quick' }] },
              { choices: [{ index: 1, text: 'The' }] },
              { choices: [{ index: 1, text: ' quick brown fox', finish_reason: 'length' }] },
              { choices: [{ index: 0, text: ' brown', finish_reason: 'length' }] },
            ];
      for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end('data: [DONE]\n\n');
    });
    const of = async (path: string, body: string): Promise<RunRecord> =>
      withTokenizer(`POST ${server?.url ?? ''}${path}\n\n${body}\n`);
    const choices = await of('/v1/completions', '{"model":"m","prompt":"x","n":2,"stream":true}');
    assert.deepEqual([choices.tokenSource, choices.outputTokens], ['tokenizer', 70]);
    const grown = await of('/generate', '{"text":"x","sampling_params":{},"stream":true}');
    assert.deepEqual([grown.tokenSource, grown.outputTokens], ['tokenizer', 50]);
  });

  it("counts chunks if a response isn't only text", async () => {
    const record = await withTokenizer(chat(mock.url, '# @usage off\n', '?tokens=11&reasoning_tokens=3&icl_ms=1'));
    assert.deepEqual([record.tokenSource, record.outputTokens], ['chunks', 110]);
  });

  it('counts in all threads, and after an automatic warm-up', async () => {
    const file = chat(mock.url, '# @usage off\n', '?tokens=11&tokens_per_chunk=4&icl_ms=1');
    const record = await withTokenizer(file, { workers: 2, concurrency: 4, requests: 40, autoWarmup: true });
    const kept = 40 - (record.steadyState?.excludedRequests ?? 0);
    assert.deepEqual([record.tokenSource, record.outputTokens], ['tokenizer', 11 * kept]);
  });

  it("agrees with the server's counts, with or without the end-of-text token", async () => {
    const record = await withTokenizer(chat(mock.url, '', known));
    assert.equal(record.tokenSource, 'usage');
    assert.deepEqual(record.tokenCheck, { responses: 10, reported: 110, counted: 110 });
    assert.ok(!(record.server?.notes ?? []).join().includes('gpt2'));
  });

  it("reports if the server's count differs", async () => {
    server = await startStreamServer((response) =>
      json(response, {
        choices: [{ index: 0, message: { content: 'The quick brown fox' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 6 },
      }),
    );
    const record = await withTokenizer(chat(server.url));
    assert.deepEqual(record.tokenCheck, { responses: 10, reported: 60, counted: 40 });
    assert.equal(record.outputTokens, 60);
    assert.ok(
      record.server?.notes?.includes(
        'reports 50% more output tokens than gpt2 counts in the same texts (60 and 40 in 10 responses)',
      ),
      record.server?.notes?.join(),
    );
  });

  describe('counts input tokens', () => {
    const answer = { choices: [{ index: 0, message: { content: 'The quick brown fox' }, finish_reason: 'stop' }] };
    const answerAll = async (usage?: object): Promise<StreamServer> => {
      await server?.close();
      server = await startStreamServer((response) => json(response, { ...answer, ...(usage && { usage }) }));
      return server;
    };

    const checked = async (prompt_tokens: number, body?: string, path = 'chat/completions') => {
      const { url } = await answerAll({ prompt_tokens, completion_tokens: 4 });
      return withTokenizer(asked(url, '', body).replace('chat/completions', path));
    };

    it("that the server doesn't report", async () => {
      const { url } = await answerAll();
      const record = await withTokenizer(asked(url), { workers: 2, concurrency: 4, requests: 20 });
      assert.deepEqual([record.inputTokenSource, record.inputTokens, record.inputCheck], ['tokenizer', 80, undefined]);
      assert.deepEqual(
        record.perTarget.map(({ inputTokens }) => inputTokens),
        [80],
      );
      const report = wordsOf(record);
      assert.match(
        report,
        /input tokens counted by the local tokenizer gpt2 in the prompts, without what the server adds/,
      );
    });

    it('of generated prompts, and of every turn of a conversation', async () => {
      const { url } = await answerAll();
      const generated = await withTokenizer(
        asked(url, '# @input-tokens uniform(100, 200)\n', '{"messages":[{"role":"system","content":"The quick"}]}'),
      );
      const asksFor = generated.targets[0]?.prompts?.askedInput?.mean ?? 0;
      assert.equal(generated.inputTokens, Math.round(10 * (asksFor + 2)));
      const request = requestsOf(asked(url, '# @conversations chats.jsonl\n', '{"model":"m"}'), {
        'chats.jsonl': '{"turns":["The quick","brown fox"]}',
      });
      const chats = await run(request, { plan: { tokenizer: 'gpt2', requests: 10 } });
      // The second prompt has both turns and the answer to the first.
      assert.deepEqual(
        chats.perTurn?.map(({ inputTokens }) => inputTokens),
        [5 * 2, 5 * 8],
      );
    });

    it('only if the server counts none, and not if a prompt has more than text', async () => {
      let reports = true;
      server = await startStreamServer((response) => {
        reports = !reports;
        json(response, { ...answer, ...(reports && { usage: { prompt_tokens: 9, completion_tokens: 4 } }) });
      });
      const some = await withTokenizer(asked(server.url), { requests: 10, concurrency: 1 });
      assert.deepEqual([some.inputTokenSource, some.inputTokens], ['reported', 45]);
      const { url } = await answerAll();
      const tools = await withTokenizer(
        asked(
          url,
          '',
          '{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}]}',
        ),
      );
      assert.deepEqual([tools.inputTokenSource, tools.inputTokens], [undefined, undefined]);
      assert.ok(
        tools.client.warnings.includes(
          "The server reports no input tokens, and they couldn't be counted: 10 prompts had parts other than text, such as images or tools.",
        ),
        tools.client.warnings.join(),
      );
    });

    it("and compares the server's with them", async () => {
      const chats = await checked(12);
      assert.deepEqual(chats.inputCheck, { responses: 10, reported: 120, counted: 40, texts: 10, templated: 10 });
      assert.match(
        wordsOf(chats),
        /reported by the server, 8 more per request than gpt2 counts in the prompts \(a chat template adds tokens\)/,
      );
      assert.ok(!(chats.server?.notes ?? []).join().includes('input tokens'));
      const cut = await checked(2);
      assert.ok(
        cut.server?.notes?.includes(
          'reports 50% fewer input tokens than gpt2 counts in the same prompts (20 and 40 in 10 requests): it cuts prompts off, or has another tokenizer',
        ),
        cut.server?.notes?.join(),
      );
      const text = await checked(9, '{"prompt":"The quick brown fox"}', 'completions');
      assert.ok(
        text.server?.notes?.includes(
          'reports 125% more input tokens than gpt2 counts in the same prompts (90 and 40 in 10 requests)',
        ),
        text.server?.notes?.join(),
      );
    });
  });

  it('keeps no texts without a tokenizer', async () => {
    const record = await run(requestsOf(chat(mock.url, '# @usage off\n', known)));
    assert.deepEqual([record.tokenSource, record.outputTokens], ['chunks', 30]);
  });
});

/** Returns the report of a run with single spaces. */
const wordsOf = (record: RunRecord): string => renderText(record).replaceAll(/\s+/g, ' ');

function json(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
