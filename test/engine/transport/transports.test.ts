import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { errorKind } from '../../../src/engine/transport/error-kind.ts';
import type { Lane, Transport, WireRequest } from '../../../src/engine/transport/transport.ts';
import { transportFor, transports } from '../../../src/engine/transport/transports.ts';
import { toWire } from '../../../src/engine/transport/wire.ts';
import { startFaultyServer } from '../../support/faulty-server.ts';
import { run, runOver } from '../../support/run-input.ts';
import { whileTrusted } from '../../support/trusted.ts';
import { waitFor } from '../../support/wait-for.ts';

const wire = (request: Partial<PreparedRequest> & { readonly url: string }): WireRequest => {
  const [first] = toWire([{ method: 'GET', headers: [], ...request }], [{ name: 'it' }], 'test');
  assert.ok(first);
  return first;
};

/** Sends a request and tells what became of it: the status, or the kind of error. */
const ask = (lane: Lane, request: WireRequest): Promise<{ became: number | string; reused: boolean }> =>
  new Promise((resolve) => {
    let became: number | string = 'nothing';
    let reused = false;
    lane.send(request, {
      sent: (_atMs, onUsed) => void (reused = onUsed),
      headers: (_atMs, status) => void (became = status),
      data() {},
      end: () => resolve({ became, reused }),
      failed: (_atMs, error) => resolve({ became: errorKind(error), reused }),
    });
  });

/** How many connections had each phase. */
const counts = ({ connections: found = {} }: RunRecord): (number | undefined)[] =>
  [found.dns, found.connect, found.tls].map((phase) => phase?.count);

/** Ends right after the sockets were read. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine';

/** Refuses the first bytes of each connection, whatever follows. */
const answerOnce = (more: string, after: (socket: Socket) => void) => {
  const answered = new Set<Socket>();
  return (socket: Socket): void => {
    if (answered.has(socket)) return;
    answered.add(socket);
    socket.write(`HTTP/1.1 413 Too Large\r\n${more}content-length: 0\r\n\r\n`, () => after(socket));
  };
};

for (const name of transportNames) {
  describe(`transport ${name}`, () => {
    let server: Server;
    let url: string;
    let connections: Socket[];
    let onBytes: (socket: Socket, bytes: Buffer) => void;
    let transport: Transport;
    let lane: Lane;

    beforeEach(async () => {
      connections = [];
      onBytes = (socket) => void socket.write(answer);
      server = createServer((socket) => {
        connections.push(socket);
        socket.on('error', () => {});
        socket.on('data', (bytes) => onBytes(socket, bytes));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
      url = `http://127.0.0.1:${port}/`;
      transport = transports[name]({ keptPerLane: 2, note() {}, maxHeadBytes: 262_144, insecure: false });
      lane = transport.lane();
    });
    afterEach(async () => {
      transport.close();
      for (const socket of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    });

    it('reuses a connection', async () => {
      for (const reused of [false, true, true]) {
        assert.deepEqual(await ask(lane, wire({ url })), { became: 200, reused });
      }
      assert.equal(transport.opened, 1);
    });

    it("notices a close that wasn't read yet, and sends nothing on a closed connection", async () => {
      await ask(lane, wire({ url }));
      await nextTurn();
      const sending = await new Promise<ReturnType<typeof ask>>((resolve) => {
        // When it calls back the end has arrived, but this loop has not read it.
        connections[0]?.end(() => resolve(ask(lane, wire({ url }))));
      });
      assert.deepEqual(sending, { became: 200, reused: false });
      assert.equal(transport.opened, 2);
    });

    it("doesn't treat unrequested data as a response", async () => {
      await ask(lane, wire({ url }));
      await nextTurn();
      const sending = await new Promise<ReturnType<typeof ask>>((resolve) => {
        connections[0]?.write(answer.replace('200', '500'), () => resolve(ask(lane, wire({ url }))));
      });
      assert.deepEqual(sending, { became: 200, reused: false });
    });

    it('sends nothing twice: a connection that ends instead of a response is an error', async () => {
      await ask(lane, wire({ url }));
      let asked = 0;
      onBytes = (socket) => {
        asked += 1;
        socket.end();
      };
      assert.deepEqual(await ask(lane, wire({ url })), { became: 'prematureEnd', reused: true });
      await sleep(10);
      assert.equal(asked, 1);
      onBytes = (socket) => void socket.write(answer);
      assert.deepEqual(await ask(lane, wire({ url })), { became: 200, reused: false });
    });

    it('keeps an idle connection only as long as the server allows', async () => {
      onBytes = (socket) => void socket.write(answer.replace('\r\n', '\r\nkeep-alive: timeout=1\r\n'));
      await ask(lane, wire({ url }));
      assert.equal((await ask(lane, wire({ url }))).reused, true);
      await sleep(850);
      assert.equal((await ask(lane, wire({ url }))).reused, false);
      onBytes = (socket) => void socket.write(answer.replace('\r\n', '\r\nkeep-alive: timeout=0\r\n'));
      await ask(lane, wire({ url }));
      assert.equal((await ask(lane, wire({ url }))).reused, false);
    });

    it('accepts a response before the request was read', async () => {
      const body = new Uint8Array(8 << 20);
      onBytes = answerOnce('connection: close\r\n', (socket) => socket.end());
      assert.deepEqual(await ask(lane, wire({ url, method: 'POST', body })), { became: 413, reused: false });
      onBytes = answerOnce('', () => {});
      assert.deepEqual(await ask(lane, wire({ url, method: 'POST', body })), { became: 413, reused: false });
    });

    it('sends a body of any size completely', async () => {
      for (const size of [0, 1, 16_384, 16_385, 3_000_000]) {
        const body = Buffer.alloc(size, 'abcdefghi');
        let arrived = Buffer.alloc(0);
        onBytes = (socket, bytes) => {
          arrived = Buffer.concat([arrived, bytes]);
          const start = arrived.indexOf('\r\n\r\n') + 4;
          if (arrived.length - start === size) socket.write(answer);
        };
        assert.equal((await ask(lane, wire({ url, method: 'PUT', body }))).became, 200);
        assert.ok(arrived.toString().includes(`content-length: ${size}\r\n`));
        assert.ok(arrived.subarray(arrived.indexOf('\r\n\r\n') + 4).equals(body));
      }
    });

    for (const secure of [false, true]) {
      it(`sends bodies in pieces completely, several at the same time${secure ? ', with TLS' : ''}`, async () => {
        const faulty = await startFaultyServer({ tls: secure });
        const bodyOf = (letter: string): Buffer[] =>
          [1, 70_000, secure ? 100_000 : 9_000_000].map((size) => Buffer.alloc(size, `${letter}bcdefghi`));
        const letters = ['A', 'B'];
        const lanes = letters.map(() => transport.lane());
        await whileTrusted(() =>
          Promise.all(
            // One after the other on each connection, and at the same time on all of them.
            lanes.map(async (own, i) => {
              for (const letter of [letters[i] ?? '', 'x']) {
                const request = wire({ url: `${faulty.url}/ok`, method: 'PUT', body: Buffer.concat(bodyOf(letter)) });
                assert.equal((await ask(own, { ...request, body: bodyOf(letter) })).became, 200);
              }
            }),
          ),
        );
        for (const own of lanes) own.close();
        await faulty.close();
        const count = new Map<string, number>();
        for (const { body, headers } of faulty.seen) {
          const expected = Buffer.concat(bodyOf(body[0] ?? '')).toString();
          assert.ok(body === expected && headers['content-length'] === String(expected.length));
          count.set(body[0] ?? '', (count.get(body[0] ?? '') ?? 0) + 1);
        }
        assert.deepEqual(Object.fromEntries(count), { A: 1, B: 1, x: 2 });
      });
    }

    it("doesn't report an aborted request, and continues with the next", async () => {
      onBytes = () => {};
      let told = 0;
      const count = (): void => void (told += 1);
      lane.send(wire({ url }), { sent() {}, headers: count, data: count, end: count, failed: count });
      await waitFor('the request is there', () => connections.length === 1);
      lane.cut();
      await waitFor('the server sees it closed', () => connections[0]?.destroyed === true);
      onBytes = (socket) => void socket.write(answer);
      assert.deepEqual(await ask(lane, wire({ url })), { became: 200, reused: false });
      assert.equal(told, 0);
    });

    it('uses a connection that was opened ahead of requests', async () => {
      await lane.connect(wire({ url }).origin);
      assert.equal(transport.opened, 1);
      assert.deepEqual(await ask(lane, wire({ url })), { became: 200, reused: false });
      assert.equal(transport.opened, 1);
    });

    it('counts a response of many megabytes to its last byte', async () => {
      const size = 24 << 20;
      onBytes = (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size));
      };
      let bytes = 0;
      await new Promise<void>((resolve, reject) => {
        lane.send(wire({ url }), {
          sent() {},
          headers() {},
          data: (chunk) => void (bytes += chunk.byteLength),
          end: () => resolve(),
          failed: (_atMs, error) => reject(error),
        });
      });
      assert.equal(bytes, size);
      assert.deepEqual((await ask(lane, wire({ url: `${url}again` }))).reused, true);
    });

    it('uses TLS, and verifies the certificate', async () => {
      const secure = await startFaultyServer({ tls: true });
      const record = await whileTrusted(() =>
        runOver(name)([`${secure.url}/ok`, `${secure.url}/chunked`], { plan: { requests: 40 } }),
      );
      await secure.close();
      assert.deepEqual(record.statusCodes, { '200': 40 });
      assert.equal(record.client.connectionsReused, 38);
      const { connect, tls } = record.connections ?? {};
      assert.deepEqual([connect?.count, tls?.count], [2, 2]);
      assert.ok(tls !== undefined && tls.p50Ms > 0 && tls.meanMs <= tls.maxMs);
    });

    it('measures the phases of new connections, and nothing on those in use', async () => {
      const plain = await startFaultyServer();
      const named = await runOver(name)([`http://localhost:${plain.port}/ok`], {
        plan: { requests: 30, concurrency: 3 },
      });
      const numbered = await runOver(name)([`http://127.0.0.1:${plain.port}/ok`], {
        plan: { requests: 30, concurrency: 3 },
      });
      await plain.close();
      assert.deepEqual(counts(named), [3, 3, undefined]);
      assert.deepEqual(counts(numbered), [undefined, 3, undefined]);
      assert.ok((named.connections?.dns?.p50Ms ?? 0) > 0);
    });

    it('has no phases where no connection was opened', async () => {
      const plain = await startFaultyServer();
      const { port } = plain;
      await plain.close();
      const record = await runOver(name)([`http://127.0.0.1:${port}/ok`], { plan: { requests: 2 } });
      assert.equal(record.connections, undefined);
    });
  });
}

/** What a server sees of requests: name and value of each header in order of their names, and the body. */
async function seenOver(name: (typeof transportNames)[number], requests: (url: string) => WireRequest[]) {
  const seen: string[] = [];
  const server = createServer((socket) => {
    let pending = '';
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      const end = pending.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
      if (end < 0 || pending.length < end + 4 + length) return;
      seen.push(pending);
      pending = '';
      socket.write('HTTP/1.1 204 None\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
  const transport = transports[name]({ keptPerLane: 2, note() {}, maxHeadBytes: 262_144, insecure: false });
  const lane = transport.lane();
  for (const request of requests(`http://127.0.0.1:${port}`)) await ask(lane, request);
  transport.close();
  server.close();
  return seen.map((text) => {
    const [head = '', body] = text.replaceAll(String(port), 'PORT').split('\r\n\r\n');
    const [line, ...fields] = head.split('\r\n');
    return {
      line,
      fields: fields.map((field) => field.replace(/^[^:]+/, (word) => word.toLowerCase())).toSorted(),
      body,
    };
  });
}

describe('both transports', () => {
  it('send the same bytes', async () => {
    const body = new TextEncoder().encode('{"a": "ä"}');
    const requests = (url: string): WireRequest[] => [
      wire({ url: `${url}/a%20b?c=d&e` }),
      wire({
        url,
        headers: [
          ['Host', 'virtual.test'],
          ['X-Case', 'Kept'],
          ['x-twice', '1'],
          ['X-Twice', '2'],
        ],
      }),
      wire({
        url,
        headers: [
          ['X-Latin', 'gr\u00fcn'],
          ['X-Empty', ''],
        ],
      }),
      wire({ url: url.replace('//', '//user:pa%20ss@') }),
      ...['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS', 'QUERY', 'HEAD', 'PROPFIND'].flatMap((method) => [
        wire({ url, method }),
        wire({ url, method, body, headers: [['Content-Type', 'application/json']] }),
      ]),
      wire({ url, method: 'POST', body: new Uint8Array(20_000).fill(65) }),
    ];
    const [raw, undici] = [await seenOver('raw', requests), await seenOver('undici', requests)];
    assert.equal(raw.length, 23);
    assert.deepEqual(raw, undici);
  });

  it('default to raw, unless a request controls its connection or the plan names a transport', () => {
    const plain = wire({ url: 'http://127.0.0.1/' });
    const odd = wire({ url: 'http://127.0.0.1/', headers: [['Connection', 'close']] });
    assert.equal(transportFor({}, [plain, plain]), 'raw');
    assert.equal(transportFor({}, [plain, odd]), 'undici');
    assert.equal(transportFor({ transport: 'undici' }, [plain]), 'undici');
    assert.equal(transportFor({ transport: 'raw' }, [odd]), 'raw');
  });

  it('close the connection if a request asks for it, with raw', async () => {
    const server = await startFaultyServer();
    const request = { method: 'GET', url: `${server.url}/ok`, headers: [['connection', 'close']] } as const;
    const record = await run([request], { plan: { requests: 6, transport: 'raw' } });
    await server.close();
    assert.deepEqual(record.statusCodes, { '200': 6 });
    assert.deepEqual(
      server.seen.map(({ headers }) => headers['connection']),
      Array.from({ length: 6 }, () => 'close'),
    );
    assert.equal(server.connections, 6);
  });
});
