import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An HTTP server whose responses a test writes. */
export interface StreamServer {
  readonly url: string;
  /** Bodies of the requests, in the order of arrival. */
  readonly bodies: string[];
  close(): Promise<void>;
}

/** Starts a server that responds to each request once its body has arrived. */
export async function startStreamServer(
  answer: (response: ServerResponse, request: IncomingMessage) => void | Promise<void>,
): Promise<StreamServer> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(Buffer.concat(parts).toString());
      response.socket?.setNoDelay(true);
      void answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    bodies,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
