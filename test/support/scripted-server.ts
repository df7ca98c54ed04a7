import type { Socket } from 'node:net';
import { startRequestServer, type Place, type RequestServer, type SeenRequest } from './request-server.ts';

/** One request and its position among the others, each from 0. */
export interface ScriptedRequest extends SeenRequest {
  readonly index: number;
  readonly indexOnConnection: number;
  readonly socket: Socket;
}

/** A server over plain sockets or TLS whose responses a test writes. */
export interface ScriptedServer extends Pick<RequestServer, 'port' | 'url' | 'connections' | 'close'> {
  /** Number of requests read so far. */
  readonly requests: number;
}

/** Starts the server on the loopback interface, on a free port unless set. */
export async function startScriptedServer(
  respond: (request: ScriptedRequest) => void | Promise<void>,
  place: Pick<Place, 'tls' | 'port'> = {},
): Promise<ScriptedServer> {
  let requests = 0;
  const server = await startRequestServer((request, socket, indexOnConnection) => {
    void respond({ ...request, index: requests, indexOnConnection, socket });
    requests += 1;
  }, place);
  return {
    port: server.port,
    url: server.url,
    get requests() {
      return requests;
    },
    get connections() {
      return server.connections;
    },
    close: () => server.close(),
  };
}

/** Returns a complete response. @param head header lines, each with its line end */
export const response = (body = 'fine', head = '', status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
