import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { takeRequest, type SeenRequest } from './faulty-server.ts';

/** One request and where it stands among the others, each from 0. */
export interface ScriptedRequest extends SeenRequest {
  readonly index: number;
  readonly indexOnConnection: number;
  readonly socket: Socket;
}

/** A server over plain sockets, or TLS with a self-signed certificate, whose responses a test writes. */
export interface ScriptedServer {
  readonly port: number;
  readonly url: string;
  /** Requests read so far, and connections accepted. */
  readonly requests: number;
  readonly connections: number;
  /** Closes all connections and frees the port; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts it on a free port of the loopback interface, or on one that another has left.
 * @param options.tls name of its certificate among the fixtures; true: the self-signed one
 */
export async function startScriptedServer(
  respond: (request: ScriptedRequest) => void | Promise<void>,
  { tls = false, port = 0 }: { readonly tls?: boolean | string; readonly port?: number } = {},
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  let requests = 0;
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
        void respond({ ...next.request, index: requests, indexOnConnection, socket });
        requests += 1;
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
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : 0;
  let closed: Promise<unknown> | undefined;
  return {
    port: bound,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}`,
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
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

/** A whole response. `head`: header lines, each with its line end. */
export const response = (body = 'fine', head = '', status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const certificate = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
