import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { LoadlensError } from '../../../src/core/errors.ts';
import { type MockServer, startMockServer } from '../../../src/servers/mock/server.ts';
import { ask, until } from './client.ts';

function errorOf(text: string): string {
  const answer: unknown = JSON.parse(text);
  assert.ok(typeof answer === 'object' && answer && 'error' in answer && typeof answer.error === 'string');
  return answer.error;
}

describe('mock server', () => {
  const open: MockServer[] = [];
  const start = async (options: { maxConcurrentRequests?: number; timeScale?: number } = {}): Promise<MockServer> => {
    const server = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 0.01, ...options });
    open.push(server);
    return server;
  };
  afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

  describe('responses', () => {
    for (const tokens of [1, 9, 10, 99, 100, 999, 1000, 30_000, 1_000_000_000]) {
      it(`echoes output_tokens=${tokens}`, async () => {
        const reply = await ask(await start({ timeScale: 0 }), `/tokenizer?output_tokens=${tokens}`);
        assert.equal(reply.status, 200);
        assert.equal(reply.type, 'application/json');
        assert.equal(reply.text, `{"output_tokens":${tokens}}`);
      });
    }

    const badTokens = ['', '?output_tokens=', '?output_tokens=0', '?output_tokens=-3', '?output_tokens=1.5'];
    badTokens.push('?output_tokens=1e3', '?output_tokens=abc', '?output_tokens=0x10', '?output_tokens=1000000001');
    badTokens.push(`?output_tokens=${'9'.repeat(400)}`, '?output_tokens=3&output_tokens=4', '?output_tokens=%ff');
    for (const query of badTokens) {
      it(`rejects /tokenizer${query.slice(0, 40)}`, async () => {
        const reply = await ask(await start(), `/tokenizer${query}`);
        assert.equal(reply.status, 400);
        assert.match(errorOf(reply.text), /^output_tokens must be one whole number from 1 to 1000000000, such as /);
      });
    }

    it('sleeps for the time given to /sleeper, and 1 s for 0 and without a time', async () => {
      const server = await start();
      const texts = [];
      for (const query of ['?sleep_length=2', '?sleep_length=0.5', '?sleep_length=0', '']) {
        const { status, type, text } = await ask(server, `/sleeper${query}`);
        assert.equal(status, 200);
        assert.equal(type, 'text/plain; charset=utf-8');
        texts.push(text);
      }
      assert.deepEqual(texts, ['Slept for 2 s.\n', 'Slept for 0.5 s.\n', 'Slept for 1 s.\n', 'Slept for 1 s.\n']);
    });

    for (const length of ['-1', 'abc', '3601', 'Infinity', '1e9', '']) {
      it(`rejects sleep_length=${length}`, async () => {
        const reply = await ask(await start(), `/sleeper?sleep_length=${length}`);
        assert.equal(reply.status, 400);
        assert.match(errorOf(reply.text), /^sleep_length must be one number of seconds from 0 to 3600/);
      });
    }

    it('responds to /hello', async () => {
      assert.deepEqual(await ask(await start(), '/hello'), {
        status: 200,
        type: 'text/plain; charset=utf-8',
        allow: undefined,
        text: 'Hello from the mock server.\n',
      });
    });

    it('responds with 404 to unknown paths, including names of object members', async () => {
      const server = await start();
      for (const path of ['/', '/nothing', '/constructor', '/__proto__', '//hello']) {
        const reply = await ask(server, path);
        assert.equal(reply.status, 404, path);
        assert.match(errorOf(reply.text), /Try \/tokenizer/);
      }
    });

    it('responds with 405 and the allowed methods to a wrong method', async () => {
      const server = await start();
      for (const [method, path, allow] of [
        ['POST', '/tokenizer?output_tokens=3', 'GET'],
        ['HEAD', '/hello', 'GET'],
        ['DELETE', '/metrics', 'GET, HEAD'],
        ['PUT', '/health', 'GET, HEAD'],
        ['GET', '/update_config', 'POST'],
      ] as const) {
        const reply = await ask(server, path, { method });
        assert.equal(reply.status, 405, path);
        assert.equal(reply.allow, allow);
      }
    });
  });

  describe('limit', () => {
    it('applies to every route except /update_config, /health, and /metrics', async () => {
      const server = await start({ maxConcurrentRequests: 1, timeScale: 1 });
      const waiting = new AbortController();
      const held = ask(server, '/sleeper?sleep_length=3600', { signal: waiting.signal }).catch(() => 'gone');
      await until(() => server.stats().inFlight === 1);
      for (const path of ['/tokenizer?output_tokens=3', '/tokenizer', '/sleeper', '/hello', '/nothing']) {
        const reply = await ask(server, path);
        assert.equal(reply.status, 429, path);
        assert.equal(errorOf(reply.text), 'Too many requests: the limit is 1 at the same time.');
      }
      assert.equal((await ask(server, '/health')).status, 200);
      assert.equal((await ask(server, '/metrics')).status, 200);
      const body = JSON.stringify({ max_concurrent_requests: 2 });
      assert.deepEqual(JSON.parse((await ask(server, '/update_config', { method: 'POST', body })).text), {
        max_concurrent_requests: 2,
      });
      assert.equal((await ask(server, '/hello')).status, 200);
      waiting.abort();
      assert.equal(await held, 'gone');
      await until(() => server.stats().inFlight === 0);
      assert.deepEqual(server.stats(), {
        inFlight: 0,
        limit: 2,
        served: 6,
        abandoned: 1,
        cut: 0,
        byStatus: { 200: 1, 429: 5 },
      });
    });

    it('lets exactly the maximum number in', async () => {
      const server = await start({ maxConcurrentRequests: 7, timeScale: 0.2 });
      const replies = await Promise.all(Array.from({ length: 30 }, () => ask(server, '/tokenizer?output_tokens=3')));
      assert.equal(replies.filter(({ status }) => status === 200).length, 7);
      assert.equal(replies.filter(({ status }) => status === 429).length, 23);
    });

    for (const [body, sentence] of [
      ['', /^The body must be JSON/],
      ['{', /^The body must be JSON/],
      ['null', /must have the field max_concurrent_requests/],
      ['{}', /must have the field max_concurrent_requests/],
      ['[1]', /must have the field max_concurrent_requests/],
      ['{"max_concurrent_requests":0}', /must be a whole number from 1/],
      ['{"max_concurrent_requests":-1}', /must be a whole number from 1/],
      ['{"max_concurrent_requests":1.5}', /must be a whole number from 1/],
      ['{"max_concurrent_requests":"5"}', /must be a whole number from 1/],
      ['{"max_concurrent_requests":1e300}', /must be a whole number from 1/],
    ] as const) {
      it(`rejects the configuration ${body || '(empty)'}`, async () => {
        const server = await start();
        const reply = await ask(server, '/update_config', { method: 'POST', body });
        assert.equal(reply.status, 400);
        assert.match(errorOf(reply.text), sentence);
        assert.equal(server.stats().limit, 10);
      });
    }

    it('rejects a body above 64 KiB', async () => {
      const server = await start();
      const reply = await ask(server, '/update_config', { method: 'POST', body: Buffer.alloc(64 * 1024 + 1, 32) });
      assert.equal(reply.status, 413);
      assert.equal(errorOf(reply.text), 'The body is larger than 65536 bytes.');
    });
  });

  it('frees the place of a client that disconnects', async () => {
    const server = await start({ maxConcurrentRequests: 1, timeScale: 1 });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /sleeper?sleep_length=3600 HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => server.stats().inFlight === 1);
    socket.destroy();
    await until(() => server.stats().inFlight === 0);
    assert.equal((await ask(server, '/hello')).status, 200);
    assert.equal(server.stats().abandoned, 1);
  });

  it('handles thousands of waiting requests', async function () {
    const server = await start({ maxConcurrentRequests: 2000, timeScale: 0.5 });
    const replies = Array.from({ length: 2000 }, () => ask(server, '/tokenizer?output_tokens=3000'));
    await until(() => server.stats().inFlight === 2000);
    assert.equal((await ask(server, '/hello')).status, 429);
    assert.ok((await Promise.all(replies)).every(({ status }) => status === 200));
    assert.deepEqual(server.stats().byStatus, { 200: 2000, 429: 1 });
  });

  it('shows its counts at /metrics', async () => {
    const server = await start({ maxConcurrentRequests: 3 });
    await ask(server, '/hello');
    await ask(server, '/tokenizer');
    const { type, text } = await ask(server, '/metrics');
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('mock_') && !line.includes('_error_')),
      [
        'mock_requests_in_flight 0',
        'mock_max_concurrent_requests 3',
        'mock_requests_total{status="200"} 1',
        'mock_requests_total{status="400"} 1',
        'mock_requests_abandoned_total 0',
        'mock_requests_cut_total 0',
      ],
    );
  });

  it('closes waiting connections when it stops', async () => {
    const server = await start({ timeScale: 1 });
    const held = assert.rejects(ask(server, '/sleeper?sleep_length=3600'), { code: 'ECONNRESET' });
    await until(() => server.stats().inFlight === 1);
    await server.close();
    await held;
    await until(() => server.stats().inFlight === 0);
  });

  it('reports a port in use, and what to do', async () => {
    const { port } = await start();
    await assert.rejects(startMockServer({ port, maxConcurrentRequests: 1, timeScale: 1 }), (error) => {
      assert.ok(error instanceof LoadlensError);
      assert.equal(error.message, `Port ${port} on 127.0.0.1 is in use.`);
      assert.match(error.hint, /--port to select another port \(0 selects a free one\)/);
      return true;
    });
  });

  it("reports an address that this machine doesn't have", async () => {
    await assert.rejects(
      startMockServer({ host: '192.0.2.1', port: 0, maxConcurrentRequests: 1, timeScale: 1 }),
      (error) => error instanceof LoadlensError && error.message === "192.0.2.1 isn't an address of this machine.",
    );
  });
});
