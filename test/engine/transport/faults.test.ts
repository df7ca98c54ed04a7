import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { ErrorKind } from '../../../src/core/metrics/types.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { startFaultyServer, type FaultyServer } from '../../support/faulty-server.ts';
import { runOver } from '../../support/run-input.ts';

/** What a path of the faulty server must be counted as: a status of a whole answer, or a kind of error. */
const faults: readonly {
  readonly path: string;
  readonly becomes: { readonly status: number } | { readonly error: ErrorKind; readonly statusSeen: number };
  /** How many connections it takes, where that is part of the outcome. */
  readonly connections?: number;
}[] = [
  { path: 'ok', becomes: { status: 200 } },
  { path: 'reset-before-headers', becomes: { error: 'reset', statusSeen: 0 } },
  { path: 'reset-in-body', becomes: { error: 'reset', statusSeen: 200 } },
  { path: 'stall', becomes: { error: 'timeout', statusSeen: 0 } },
  { path: 'stall-in-body', becomes: { error: 'timeout', statusSeen: 200 } },
  { path: 'drip', becomes: { status: 200 } },
  { path: 'garbage', becomes: { error: 'parse', statusSeen: 0 } },
  { path: 'half-a-chunk', becomes: { error: 'prematureEnd', statusSeen: 200 } },
  { path: 'half-a-chunk-close', becomes: { error: 'prematureEnd', statusSeen: 200 } },
  { path: 'short-body', becomes: { error: 'prematureEnd', statusSeen: 200 } },
  { path: 'short-body-close', becomes: { error: 'prematureEnd', statusSeen: 200 } },
  { path: 'no-answer', becomes: { error: 'prematureEnd', statusSeen: 0 } },
  { path: 'informational', becomes: { status: 200 } },
  { path: 'no-content', becomes: { status: 204 } },
  { path: 'chunked', becomes: { status: 200 } },
  { path: 'gzip', becomes: { status: 200 } },
  { path: 'until-close', becomes: { status: 200 } },
  { path: 'close-said', becomes: { status: 200 } },
  { path: 'half-a-head', becomes: { error: 'prematureEnd', statusSeen: 0 } },
  { path: 'stall-in-head', becomes: { error: 'timeout', statusSeen: 0 } },
  { path: 'drip-head', becomes: { status: 200 } },
  { path: 'huge-head', becomes: { status: 200 } },
  { path: 'many-headers', becomes: { status: 200 } },
  { path: 'folded-header', becomes: { status: 200 } },
  { path: 'bare-lf', becomes: { status: 200 } },
  { path: 'bad-length', becomes: { error: 'parse', statusSeen: 0 } },
  { path: 'two-lengths', becomes: { error: 'parse', statusSeen: 0 } },
  { path: 'length-and-chunks', becomes: { error: 'parse', statusSeen: 200 } },
  { path: 'chunks-and-length', becomes: { status: 200 }, connections: 7 },
  { path: 'bad-head-after-length', becomes: { status: 200 } },
  { path: 'http-2', becomes: { status: 200 } },
  { path: 'status-none', becomes: { error: 'parse', statusSeen: 0 } },
  { path: 'bad-chunk-size', becomes: { error: 'parse', statusSeen: 200 } },
  { path: 'long-chunk', becomes: { error: 'parse', statusSeen: 200 } },
  { path: 'chunk-extensions', becomes: { status: 200 } },
  { path: 'trailers', becomes: { status: 200 } },
  { path: 'not-modified', becomes: { status: 304 } },
  { path: 'not-modified-length', becomes: { status: 304 } },
  { path: 'http-1.0', becomes: { status: 200 }, connections: 7 },
  { path: 'http-1.0-until-close', becomes: { status: 200 } },
  { path: 'http-1.0-keep-alive', becomes: { status: 200 }, connections: 3 },
  // Nothing of ours asks for either.
  { path: 'continue', becomes: { status: 200 } },
  { path: 'switching', becomes: { status: 101 }, connections: 7 },
  { path: 'switching-unnamed', becomes: { status: 101 }, connections: 7 },
  { path: 'half-closed', becomes: { error: 'prematureEnd', statusSeen: 200 } },
  { path: 'reset-until-close', becomes: { error: 'reset', statusSeen: 200 } },
  { path: 'reset-in-closing-body', becomes: { error: 'reset', statusSeen: 200 } },
  // The answer is good, the connection is not to be trusted any more.
  { path: 'answers-twice', becomes: { status: 200 }, connections: 7 },
  { path: 'line-ends-after', becomes: { status: 200 }, connections: 3 },
  { path: 'status?code=500', becomes: { status: 500 } },
  { path: 'redirect?to=/ok', becomes: { status: 302 } },
];

for (const transport of transportNames) {
  const run = runOver(transport);

  describe(`server faults, over ${transport}`, () => {
    let server: FaultyServer;
    beforeEach(async () => {
      server = await startFaultyServer();
    });
    afterEach(() => server.close());

    for (const { path, becomes, connections } of faults) {
      const outcome = 'status' in becomes ? `status ${becomes.status}` : `error ${becomes.error}`;
      it(`${path}: each request counts as ${outcome}`, async () => {
        const stalls = 'error' in becomes && becomes.error === 'timeout';
        const record = await run([`${server.url}/${path}`], {
          plan: { requests: 7, concurrency: 3, timeoutMs: stalls ? 60 : 5_000 },
        });
        assert.equal(record.requestsSent, 7);
        assert.equal(server.seen.length, 7);
        if (connections !== undefined) assert.equal(server.connections, connections);
        if ('status' in becomes) {
          assert.deepEqual(record.statusCodes, { [becomes.status]: 7 });
          assert.deepEqual(record.errors, {});
          assert.equal(record.responses, 7);
        } else {
          assert.deepEqual(record.statusCodes, {});
          assert.deepEqual(record.errors, { [becomes.error]: 7 });
          assert.equal(record.responses, 0);
          const [sample] = record.failureSamples;
          assert.deepEqual([sample?.status, sample?.error], [becomes.statusSeen, becomes.error]);
          const counted = record.failureSamples.reduce((sum, { count = 0 }) => sum + count, 0);
          assert.equal(counted, 7);
        }
      });
    }

    it('are counted separately from responses of the same run', async () => {
      const paths = ['ok', 'reset-before-headers', 'garbage', 'short-body', 'status?code=503'];
      const record = await run(
        paths.map((path) => `${server.url}/${path}`),
        { plan: { requests: 200, concurrency: 8 } },
      );
      const seen = (path: string): number => server.seen.filter((request) => request.path === `/${path}`).length;
      assert.equal(server.seen.length, 200 + (record.reconnected ?? 0));
      assert.deepEqual(record.statusCodes, { '200': seen('ok'), '503': seen('status') });
      assert.deepEqual(record.errors, {
        reset: seen('reset-before-headers') - (record.reconnected ?? 0),
        parse: seen('garbage'),
        prematureEnd: seen('short-body'),
      });
      assert.equal(record.successes, seen('ok'));
    });

    it("don't count the close of an idle connection as an error", async () => {
      // Two origins over one slot: while one is asked, the connection to the other is idle and closed.
      const record = await run([`${server.url}/ok`, `http://localhost:${server.port}/close-the-others`], {
        plan: { requests: 20, concurrency: 1 },
      });
      assert.deepEqual(record.statusCodes, { '200': 20 });
      assert.deepEqual(record.errors, {});
      assert.equal(server.seen.length, 20);
      assert.ok(server.connections > 2);
    });

    it('include the dropped connections of a server that accepts only two', async () => {
      server.limitConnections(2);
      const record = await run([`${server.url}/slow?ms=5`], { plan: { requests: 60, concurrency: 5 } });
      const answered = record.statusCodes['200'] ?? 0;
      const { reset = 0, prematureEnd = 0, ...others } = record.errors;
      assert.equal(answered, server.seen.length);
      assert.ok(answered > 0 && answered < 60);
      // Whether a drop is seen as an abort or as an end is up to what of the request had arrived.
      assert.equal(answered + reset + prematureEnd, 60);
      assert.deepEqual(others, {});
    });

    it('time a slow body to its last byte', async () => {
      const record = await run([`${server.url}/drip`], { plan: { requests: 1, concurrency: 1 } });
      assert.equal(record.bytesReceived, 10);
      assert.ok((record.latencyMs.min ?? 0) >= 10 * 4 - 5);
      assert.ok((record.ttfbMs.max ?? Infinity) < (record.latencyMs.min ?? 0));
    });

    it('output tokens are read from chunked and compressed responses', async () => {
      const record = await run([`${server.url}/chunked`, `${server.url}/gzip`], {
        plan: { requests: 30, concurrency: 3 },
      });
      const chunked = server.seen.filter(({ path }) => path === '/chunked').length;
      assert.equal(record.outputTokens, 7 * chunked + 11 * (30 - chunked));
      assert.equal(record.tokenSource, 'output_tokens');
    });

    it('HEAD keeps its connection', async () => {
      const record = await run([{ method: 'HEAD', url: `${server.url}/head`, headers: [] }], {
        plan: { requests: 20, concurrency: 2 },
      });
      assert.deepEqual(record.statusCodes, { '200': 20 });
      assert.equal(server.connections, 2);
      assert.equal(record.client.connectionsReused, 18);
    });

    it('a request body arrives complete, with our own Content-Length', async () => {
      const body = new TextEncoder().encode('{"temperatur": "12 °C"}');
      await run([{ method: 'POST', url: `${server.url}/ok`, headers: [['Content-Type', 'application/json']], body }], {
        plan: { requests: 4, concurrency: 2 },
      });
      assert.deepEqual(
        server.seen.map((request) => [request.method, request.body, request.headers['content-length']]),
        Array.from({ length: 4 }, () => ['POST', '{"temperatur": "12 °C"}', String(body.byteLength)]),
      );
    });
  });

  describe(`unreachable targets, over ${transport}`, () => {
    it('count a closed port as refused', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      await new Promise((resolve) => void server.close(resolve));
      const record = await run([`http://127.0.0.1:${address.port}/`], { plan: { requests: 6, coldStart: false } });
      assert.deepEqual(record.errors, { refused: 6 });
      assert.equal(record.responses, 0);
      assert.equal(record.successRatio, 0);
      assert.deepEqual(record.addresses, []);
    });

    it('count an unknown host name as dns', async () => {
      const record = await run(['http://name.invalid/'], { plan: { requests: 3 } });
      assert.deepEqual(record.errors, { dns: 3 });
    });

    it("count a self-signed certificate as tls, and don't accept it", async () => {
      const server = await startFaultyServer({ tls: true });
      const record = await run([`${server.url}/ok`], { plan: { requests: 3 } });
      await server.close();
      assert.deepEqual(record.errors, { tls: 3 });
      assert.equal(server.seen.length, 0);
    });

    it('count TLS to a plain HTTP port as tls', async () => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'));
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      const record = await run([`https://127.0.0.1:${address.port}/`], { plan: { requests: 3 } });
      server.close();
      assert.deepEqual(record.errors, { tls: 3 });
    });

    it('count localhost as reachable on either address family, and the record has the address', async () => {
      const server = await startFaultyServer();
      const record = await run([`http://localhost:${server.port}/ok`], { plan: { requests: 3 } });
      await server.close();
      assert.deepEqual(record.statusCodes, { '200': 3 });
      assert.deepEqual(record.addresses, [{ host: 'localhost', address: '127.0.0.1' }]);
    });
  });
}
