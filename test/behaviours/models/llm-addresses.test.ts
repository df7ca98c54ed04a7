import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../src/core/endpoints/prepare.ts';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { freshFolder, runCli } from '../../cli/spawn.ts';
import { startStreamServer, type StreamServer } from '../../support/stream-server.ts';

const prompt = '{"prompt": "x", "model": "m"}';
const messages = '{"messages": [{"role": "user", "content": "x"}], "model": "m"}';

const none = (): undefined => undefined;

function prepared(text: string, stream?: boolean): PreparedRequest {
  const [target] = parseEndpoints(text).targets;
  assert.ok(target);
  return prepareTarget(target, { env: none, secret: none, bodyFile: () => Buffer.from('Hi'), shownAs: 'e', stream });
}
const warnings = (text: string): (readonly [string, number])[] =>
  parseEndpoints(text).problems.map(({ code, range }) => [code, range.start.line] as const);

describe('the API of a URL', () => {
  it('is detected from the end of the path, with any prefix', () => {
    for (const [path, body, dialect] of [
      ['/openai/deployments/x/chat/completions?api-version=2024-10-21', messages, 'openai'],
      ['/api/v3/chat/completions', messages, 'openai'],
      ['/v1beta/openai/chat/completions', messages, 'openai'],
      ['/chat/completions', messages, 'openai'],
      ['/v1/chat/completions/', messages, 'openai'],
      ['/gateway/team/completions', prompt, 'openai'],
      ['/ollama/api/chat', messages, 'ollama'],
    ] as const) {
      const text = `POST http://a${path}\n${body}`;
      assert.deepEqual(warnings(text), [], path);
      const { dialect: found, streams, url, body: sent } = prepared(text, true);
      assert.deepEqual([found, streams, url], [dialect, true, `http://a${path}`]);
      assert.equal(JSON.parse(new TextDecoder().decode(sent)).stream, dialect === 'openai' ? true : undefined);
    }
  });

  it('is completed if the URL is only its base, with a warning', () => {
    for (const [path, body, sent] of [
      ['', messages, '/v1/chat/completions'],
      ['/', messages, '/v1/chat/completions'],
      ['/v1', messages, '/v1/chat/completions'],
      ['/v1/', prompt, '/v1/completions'],
      ['/api/v3', messages, '/api/v3/chat/completions'],
      ['/v1beta/openai/', messages, '/v1beta/openai/chat/completions'],
      ['/openai/deployments/x?api-version=1', messages, '/openai/deployments/x/chat/completions?api-version=1'],
    ] as const) {
      const text = `# target\nPOST http://a:8000${path}\n${body}`;
      assert.deepEqual(warnings(text), [['base-url', 1]], path);
      const { url, dialect } = prepared(text);
      assert.deepEqual([url, dialect], [`http://a:8000${sent}`, 'openai'], path);
      assert.deepEqual(warnings(`# @dialect plain\n${text}`), []);
      const plain = prepared(`# @dialect plain\n${text}`);
      assert.deepEqual([plain.url, plain.dialect], [new URL(`http://a:8000${path}`).href, undefined]);
    }
  });

  it('causes a warning at its line if an LLM request has an unknown path', () => {
    for (const [path, body] of [
      ['/ask', messages],
      ['/ask', prompt],
      ['/', prompt],
      ['/ask', '{"inputs": "x", "temperature": 0}'],
    ] as const) {
      assert.deepEqual(warnings(`\nPOST http://a${path}\n${body}`), [['unknown-api', 1]], `${path} ${body}`);
    }
  });

  it("is also detected for other APIs than OpenAI's, with their own fields", () => {
    const choices = '# @prompts p.txt\n# @max-tokens 9\n';
    for (const [path, body, dialect, sent] of [
      ['/v1/responses', '{"input": "x", "model": "m"}', 'responses', { input: 'Hi', model: 'm', max_output_tokens: 9 }],
      [
        '/v1/messages',
        '{"messages": [], "max_tokens": 1, "model": "m"}',
        'messages',
        { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 9, model: 'm' },
      ],
      ['/completion', '{"prompt": "x"}', 'llama-cpp', { prompt: 'Hi', n_predict: 9 }],
      ['/generate', '{"inputs": "x"}', 'tgi', { inputs: 'Hi', parameters: { max_new_tokens: 9 } }],
      [
        '/generate',
        '{"text": "x", "sampling_params": {"top_p": 1}}',
        'sglang',
        { text: 'Hi', sampling_params: { top_p: 1, max_new_tokens: 9 } },
      ],
    ] as const) {
      const text = `POST http://a${path}\n${body}`;
      assert.deepEqual(warnings(text), [], path);
      const plain = prepared(text, true);
      assert.deepEqual([plain.dialect, plain.streams], [dialect, dialect !== 'tgi'], path);
      assert.equal(JSON.parse(new TextDecoder().decode(plain.body)).stream, dialect === 'tgi' ? undefined : true);
      const named = prepared(`${choices}${text}`);
      assert.deepEqual(JSON.parse(new TextDecoder().decode(named.body)), sent);
    }
    assert.equal(prepared('POST http://a/generate_stream\n{"inputs": "x"}').streams, true);
    assert.throws(
      () => prepared('# @stream true\nPOST http://a/generate\n{"inputs": "x"}'),
      /path of this API selects streaming/,
    );
  });

  it('is that of SGLang for a text at /generate, if a directive says that it is for a language model', () => {
    const text = 'POST http://a/generate\n{"text": "x"}';
    assert.equal(prepared(text).dialect, undefined);
    for (const directive of [
      '@stream true',
      '@max-tokens 9',
      '@output-tokens 9',
      '@input-tokens 4',
      '@prompts p.txt',
    ]) {
      const { dialect, body } = prepared(`# ${directive}\n${text}`);
      assert.deepEqual([dialect, 'inputs' in JSON.parse(new TextDecoder().decode(body))], ['sglang', false], directive);
      assert.deepEqual(warnings(`# @tokenizer gpt2\n# ${directive}\n${text}`), [], directive);
    }
  });

  it("causes a warning at its line if it isn't supported", () => {
    for (const [path, body] of [
      ['/v2/models/m/generate_stream', '{"text_input": "x"}'],
      ['/v2/chat', messages],
    ] as const) {
      const text = `POST http://a${path}\n${body}`;
      assert.deepEqual(warnings(text), [['unread-api', 0]], path);
      assert.equal(prepared(text, true).dialect, undefined);
      assert.match(parseEndpoints(text).problems[0]?.message ?? '', /^The .* API isn't supported\. Only latency/);
    }
  });

  it("causes no warning if the request isn't one to a language model", () => {
    for (const text of [
      'http://a/v1',
      'POST http://a/orders\n{"model": "T", "input": 5}',
      'POST http://a/messages\n{"text": "hello"}',
      'POST http://a/generate\n{"report": 1}',
      'POST http://a/api/responses\n{"answer": 1}',
      'POST http://a/v1\n{"prompt": "x"}',
      'POST http://a/\n{"messages": ["plain", "texts"]}',
      '# @dialect sse\nPOST http://a/ask\n{"messages": [{"role": "user"}]}',
    ]) {
      assert.deepEqual(warnings(text), [], text);
    }
  });
});

const list = { object: 'list', data: [{ id: 'tiny' }, { id: 'large' }] };
const answer = { choices: [{ text: 'a', finish_reason: 'stop' }], usage: { completion_tokens: 1 } };
const sendJson = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

describe('a missing model name', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  let server: StreamServer | undefined;
  let asked: string[] = [];
  let lists: 'good' | 'missing' = 'good';
  beforeEach(async () => {
    asked = [];
    lists = 'good';
    server = await startStreamServer((response, request) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (request.url !== '/v1/models') sendJson(response, 200, answer);
      else if (lists === 'good') sendJson(response, 200, list);
      else sendJson(response, 404, {});
    });
  });
  afterEach(() => server?.close());

  const run = async (text: string, ...options: string[]) => {
    writeFileSync(join(folder.path, 'e.txt'), text.replaceAll('HOST', server?.url ?? ''));
    const args = ['run', 'e.txt', '-n', '3', '--json', 'r.json', ...options];
    const outcome = await runCli(args, { cwd: folder.path, input: '' });
    return { ...outcome, bodies: (server?.bodies ?? []).filter((body) => body !== '') };
  };
  const target = 'POST HOST/v1\nAuthorization: Bearer sesame\n{"messages": [{"role": "user", "content": "x"}]}';

  it('is requested once, with the headers of the target, and shown in the result', async () => {
    const { code, stdout, stderr, bodies } = await run(target);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /e\.txt:1:1: warning: This is a base URL\. Requests are sent to \/v1\/chat\/completions\./);
    assert.deepEqual(asked.slice(0, 2), ['GET /v1/models Bearer sesame', 'POST /v1/chat/completions Bearer sesame']);
    assert.equal(asked.filter((line) => line.startsWith('GET')).length, 1);
    assert.deepEqual(
      bodies,
      Array.from({ length: 3 }, () => '{"model":"tiny","messages": [{"role": "user", "content": "x"}]}'),
    );
    assert.match(stdout, /model tiny, the first of 2, from GET \/v1\/models/);
  });

  it('is requested once per sweep', async () => {
    const { code, stderr } = await run(target, '--levels', '1,2');
    assert.equal(code, 0, stderr);
    assert.equal(asked.filter((line) => line.startsWith('GET')).length, 1);
  });

  it("stays missing if the server doesn't list its models, and the result says so", async () => {
    lists = 'missing';
    const { code, stdout, bodies } = await run(target);
    assert.equal(code, 0);
    assert.match(stdout, /no model in the request, and none known from GET \/v1\/models: status 404/);
    assert.ok(bodies.every((body) => !body.includes('"model"')));
  });

  it('is requested by a suite, also at a base URL', async () => {
    const args = ['suite', 'throughput', '--quick', '--server', `${server?.url}/v1`, '--out', 'r'];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder.path, input: '' });
    assert.ok(code === 0 || code === 99, stderr);
    assert.equal(asked.filter((line) => line.startsWith('GET')).length, 1);
    assert.ok(server?.bodies.slice(1).every((body) => body.startsWith('{"model":"tiny",')));
    assert.match(stdout, /model tiny/);
  });
});
