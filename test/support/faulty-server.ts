import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server over plain sockets that answers each path with a fault of its own, and knows what it saw. */
export interface FaultyServer {
  readonly port: number;
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Requests whose answer was not finished, at most at one time. */
  readonly maxInFlight: number;
  readonly connections: number;
  readonly openSockets: number;
  /** More connections than that are dropped as soon as they come. */
  limitConnections(most: number): void;
  close(): Promise<void>;
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

const certificate = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));

/** Starts it on a free port of the loopback interface; `tls`: with a self-signed certificate. */
export async function startFaultyServer({ tls = false, host = '127.0.0.1' } = {}): Promise<FaultyServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let inFlight = 0;
  let maxInFlight = 0;
  let connections = 0;

  const serve = async (socket: Socket, request: SeenRequest): Promise<void> => {
    seen.push(request);
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await behaviours[request.path.split('/')[1] ?? '']?.(socket, request, sockets);
    // A request that is left hanging stays in flight.
    if (!request.path.startsWith('/stall')) inFlight -= 1;
  };

  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let next = takeRequest(pending); next; next = takeRequest(pending)) {
        pending = next.rest;
        void serve(socket, next.request);
      }
    });
  };

  const server: Server = tls
    ? createTlsServer({ key: certificate('key'), cert: certificate('cert') }, accept).on('tlsClientError', () => {})
    : createServer(accept);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    seen,
    get maxInFlight() {
      return maxInFlight;
    },
    get connections() {
      return connections;
    },
    get openSockets() {
      return sockets.size;
    },
    limitConnections(most) {
      server.maxConnections = most;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Takes the first whole request off the bytes; undefined while there is none. */
export function takeRequest(bytes: Buffer): { request: SeenRequest; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [requestLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const bodyStart = headEnd + 4;
  const bodyEnd = bodyStart + Number(headers['content-length'] ?? 0);
  if (bytes.length < bodyEnd) return undefined;
  const [method = '', target = ''] = requestLine.split(' ');
  const url = new URL(target, 'http://localhost');
  const body = bytes.subarray(bodyStart, bodyEnd).toString();
  return {
    request: { method, path: url.pathname, query: url.searchParams, headers, body },
    rest: bytes.subarray(bodyEnd),
  };
}
