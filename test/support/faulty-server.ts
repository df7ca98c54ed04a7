import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { startRequestServer, type RequestServer, type SeenRequest } from './request-server.ts';

/** A server over plain sockets that responds to each path with a different fault, and counts what it saw. */
export interface FaultyServer extends Pick<
  RequestServer,
  'port' | 'url' | 'connections' | 'limitConnections' | 'close'
> {
  readonly seen: SeenRequest[];
  /** Maximum number of requests in flight at one time. */
  readonly maxInFlight: number;
  readonly openSockets: number;
}

type Behaviour = (socket: Socket, request: SeenRequest, all: ReadonlySet<Socket>) => void | Promise<void>;

const answer = (status: string, headers: string, body: string | Uint8Array = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ]);

const json = 'content-type: application/json; charset=utf-8\r\n';
const chunkedHead = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const cutBody = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789';

const behaviours: Readonly<Record<string, Behaviour>> = {
  ok: (socket) => void socket.write(answer('200 OK', '', 'fine')),
  async slow(socket, { query }) {
    await sleep(Number(query.get('ms')));
    socket.write(answer('200 OK', '', 'fine'));
  },
  'reset-before-headers': (socket) => void socket.resetAndDestroy(),
  async 'reset-in-body'(socket) {
    socket.write(cutBody);
    await sleep(20);
    socket.resetAndDestroy();
  },
  stall() {},
  'stall-in-body': (socket) => void socket.write(cutBody),
  async drip(socket) {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
    for (const letter of '0123456789') {
      await sleep(4);
      socket.write(letter);
    }
  },
  garbage: (socket) => void socket.write('HELLO, this is no HTTP at all\r\n\r\n'),
  'half-a-chunk': (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nonly half'),
  'half-a-chunk-close': (socket) =>
    void socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n10\r\nonly half'),
  'short-body-close': (socket) => void socket.end(cutBody.replace('\r\n', '\r\nconnection: close\r\n')),
  'until-close': (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nread me to the end'),
  'short-body': (socket) => void socket.end(cutBody),
  'no-answer': (socket) => void socket.end(),
  informational: (socket) =>
    void socket.write(
      Buffer.concat([
        Buffer.from('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'),
        answer('200 OK', '', 'fine'),
      ]),
    ),
  'no-content': (socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  chunked: (socket) =>
    void socket.write(
      `HTTP/1.1 200 OK\r\n${json}transfer-encoding: chunked\r\n\r\n10\r\n{"output_tokens"\r\n4\r\n: 7}\r\n0\r\n\r\n`,
    ),
  gzip: (socket) =>
    void socket.write(answer('200 OK', `${json}content-encoding: gzip\r\n`, gzipSync('{"output_tokens": 11}'))),
  tokens: (socket, { query }) => void socket.write(answer('200 OK', json, query.get('json') ?? '')),
  async 'close-the-others'(socket, _request, all) {
    for (const other of all) if (other !== socket) other.end();
    await sleep(20);
    socket.write(answer('200 OK', '', 'fine'));
  },
  'huge-head': (socket) => void socket.write(answer('200 OK', `x-long: ${'x'.repeat(20_000)}\r\n`, 'fine')),
  'many-headers': (socket) => void socket.write(answer('200 OK', 'x-many: 1\r\n'.repeat(900), 'fine')),
  'bad-chunk-size': (socket) => void socket.write(`${chunkedHead}4\r\nwiki\r\nxyz\r\nmore\r\n0\r\n\r\n`),
  'long-chunk': (socket) => void socket.write(`${chunkedHead}3\r\nwiki\r\n0\r\n\r\n`),
  'bad-length': (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4x\r\n\r\nfine'),
  'two-lengths': (socket) => void socket.write(answer('200 OK', 'content-length: 5\r\n', 'fine')),
  'length-and-chunks': (socket) => void socket.write(answer('200 OK', 'transfer-encoding: chunked\r\n', 'fine')),
  'chunks-and-length': (socket) =>
    void socket.write(`${chunkedHead.replace('\r\n\r\n', '\r\ncontent-length: 4\r\n\r\n')}0\r\n\r\n`),
  'folded-header': (socket) => void socket.write(answer('200 OK', 'x-a: b\r\n c\r\n', 'fine')),
  'bare-lf': (socket) => void socket.write('HTTP/1.1 200 OK\ncontent-length: 4\n\nfine'),
  'bad-head-after-length': (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx y: z\r\n\r\nfine'),
  'half-a-head': (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
  // A second answer that nobody asked for: no word of the first is wrong, but the connection can't be trusted any more.
  'answers-twice': (socket) =>
    void socket.write(Buffer.concat([answer('200 OK', '', 'one'), answer('500 Oh', '', 'two')])),
  'line-ends-after': (socket) =>
    void socket.write(Buffer.concat([answer('200 OK', '', 'fine'), Buffer.from('\r\n\r\n')])),
  'http-1.0': (socket) => void socket.end('HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\nfine'),
  'http-1.0-until-close': (socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nfine'),
  'http-1.0-keep-alive': (socket) =>
    void socket.write('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 4\r\n\r\nfine'),
  'http-2': (socket) => void socket.write('HTTP/2 200 OK\r\ncontent-length: 4\r\n\r\nfine'),
  'not-modified': (socket) => void socket.write('HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n'),
  'not-modified-length': (socket) => void socket.write('HTTP/1.1 304 Not Modified\r\ncontent-length: 42\r\n\r\n'),
  trailers: (socket) => void socket.write(`${chunkedHead}4\r\nwiki\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n`),
  'chunk-extensions': (socket) => void socket.write(`${chunkedHead}4;a=b;c="d"\r\nwiki\r\n0;last\r\n\r\n`),
  async 'drip-head'(socket) {
    for (const letter of 'HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok') {
      socket.write(letter);
      await new Promise(setImmediate);
    }
  },
  async 'stall-in-head'(socket) {
    socket.write('HTTP/1.1 200 OK\r\nx-a: b');
  },
  continue: (socket) =>
    void socket.write(Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), answer('200 OK', '', 'fine')])),
  switching: (socket) =>
    void socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  'switching-unnamed': (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  'status-none': (socket) => void socket.write('HTTP/1.1 042 Odd\r\ncontent-length: 0\r\n\r\n'),
  // Half-closed: it will write no more, and still reads.
  async 'half-closed'(socket) {
    socket.write(cutBody);
    await sleep(5);
    socket.end();
  },
  async 'reset-until-close'(socket) {
    socket.write('HTTP/1.1 200 OK\r\n\r\nread me to the end');
    await sleep(20);
    socket.resetAndDestroy();
  },
  async 'reset-in-closing-body'(socket) {
    socket.write(cutBody.replace('\r\n', '\r\nconnection: close\r\n'));
    await sleep(20);
    socket.resetAndDestroy();
  },
  'close-said': (socket) => void socket.end(answer('200 OK', 'connection: close\r\n', 'fine')),
  head: (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n'),
  status: (socket, { query }) =>
    void socket.write(answer(`${query.get('code')} Said So`, '', query.get('body') ?? 'no')),
  loop: (socket) => void socket.write(answer('301 Moved', 'location: /loop\r\n')),
  redirect: (socket, { query }) =>
    void socket.write(answer(`${query.get('code') ?? 302} Found`, `location: ${query.get('to')}\r\n`, 'moved')),
};

/** Starts the server on a free port of the loopback interface. @param options.tls uses a self-signed certificate */
export async function startFaultyServer(place: { tls?: boolean; host?: string } = {}): Promise<FaultyServer> {
  const seen: SeenRequest[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  const serve = async (request: SeenRequest, socket: Socket): Promise<void> => {
    seen.push(request);
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await behaviours[request.path.split('/')[1] ?? '']?.(socket, request, server.sockets);
    // A request without a response stays in flight.
    if (!request.path.startsWith('/stall')) inFlight -= 1;
  };
  const server = await startRequestServer((request, socket) => void serve(request, socket), place);
  return {
    port: server.port,
    url: server.url,
    seen,
    get maxInFlight() {
      return maxInFlight;
    },
    get connections() {
      return server.connections;
    },
    get openSockets() {
      return server.sockets.size;
    },
    limitConnections: (most) => server.limitConnections(most),
    close: () => server.close(),
  };
}
