import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that reads requests from plain sockets or TLS and leaves the responses to its test. */
export interface RequestServer {
  readonly port: number;
  readonly url: string;
  /** Number of connections accepted so far. */
  readonly connections: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Drops further connections as soon as they're accepted. */
  limitConnections(most: number): void;
  /** Closes all connections and frees the port; a second call does nothing. */
  close(): Promise<void>;
}

/** Where a test server listens. */
export interface Place {
  /** Name of its certificate among the fixtures; true: the self-signed one. */
  readonly tls?: boolean | string;
  readonly host?: string;
  /** 0: a free one. */
  readonly port?: number;
}

/** Starts a server. @param onRequest is called with each complete request, and with its index on its connection, from 0 */
export async function startRequestServer(
  onRequest: (request: SeenRequest, socket: Socket, indexOnConnection: number) => void,
  { tls = false, host = '127.0.0.1', port = 0 }: Place = {},
): Promise<RequestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let pending: Buffer = Buffer.alloc(0);
    let indexOnConnection = 0;
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let next = takeRequest(pending); next; next = takeRequest(pending)) {
        pending = next.rest;
        onRequest(next.request, socket, indexOnConnection);
        indexOnConnection += 1;
      }
    });
  };
  const server: Server = tls
    ? createTlsServer({ key: certificate('key'), cert: certificate(tls === true ? 'cert' : tls) }, accept).on(
        'tlsClientError',
        () => {},
      )
    : createServer(accept);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : 0;
  let closed: Promise<unknown> | undefined;
  return {
    port: bound,
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    get connections() {
      return connections;
    },
    sockets,
    limitConnections(most) {
      server.maxConnections = most;
    },
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close');
        server.close();
        for (const socket of sockets) socket.destroy();
      }
      await closed;
    },
  };
}

const certificate = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));

/** Takes the first complete request off the bytes; undefined if there is none yet. */
function takeRequest(bytes: Buffer): { request: SeenRequest; rest: Buffer } | undefined {
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
