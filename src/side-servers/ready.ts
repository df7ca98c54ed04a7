import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';

/** Addresses of this machine that a server may listen on, in the format of a URL. */
const addresses = ['127.0.0.1', '[::1]'] as const;
const attemptMs = 2_000;

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * Returns the address, as `127.0.0.1:41234`, at which a server on this machine is ready; undefined if it isn't.
 * @param path that has to respond with a status below 400; undefined: it's enough that the port accepts a connection
 */
export async function readyAt(port: number, path: string | undefined, secure: boolean): Promise<string | undefined> {
  for (const address of addresses) {
    const place = `${address}:${port}`;
    if (
      path === undefined
        ? await accepts(address, port)
        : await responds(`${secure ? 'https' : 'http'}://${place}${path}`)
    )
      return place;
  }
  return undefined;
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.replaceAll(/[[\]]/g, ''), port, timeout: attemptMs });
    const end = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

function responds(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    // Whether its certificate is trusted is the run's question.
    const sent = send(url, { agent: false, timeout: attemptMs, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    sent.once('error', () => resolve(false)).once('timeout', () => sent.destroy());
    sent.end();
  });
}
