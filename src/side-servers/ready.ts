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

/** Outcome of an attempt that didn't find the server ready. */
export type Probe =
  /** Nothing listens on the port. */
  | { readonly state: 'closed' }
  /** The path responds with a status of 400 or more. */
  | { readonly state: 'status'; readonly status: number }
  | { readonly state: 'failed'; readonly reason: string };

/** Outcome of an attempt: the address of a server that is ready is as `127.0.0.1:41234`. */
export type Attempt = Probe | { readonly state: 'ready'; readonly address: string };

/**
 * Looks whether a server on this machine is ready. Of its addresses, the one that says most counts.
 * @param path that has to respond with a status below 400; undefined: it's enough that the port accepts a connection
 */
export async function tryReady(port: number, path: string | undefined, secure: boolean): Promise<Attempt> {
  let found: Probe = { state: 'closed' };
  for (const host of addresses) {
    const address = `${host}:${port}`;
    const probe = await (path === undefined
      ? accepts(host, port)
      : responds(`${secure ? 'https' : 'http'}://${address}${path}`));
    if (probe === 'ready') return { state: 'ready', address };
    if (found.state === 'closed' || (found.state === 'failed' && probe.state === 'status')) found = probe;
  }
  return found;
}

function accepts(host: string, port: number): Promise<Probe | 'ready'> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replaceAll(/[[\]]/g, ''), port, timeout: attemptMs });
    socket
      .once('connect', () => {
        socket.destroy();
        resolve('ready');
      })
      .once('error', (error) => resolve(failureOf(error)))
      .once('timeout', () => socket.destroy(noResponse()));
  });
}

function responds(url: string): Promise<Probe | 'ready'> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    // Whether its certificate is trusted is the run's question.
    const sent = send(url, { agent: false, timeout: attemptMs, rejectUnauthorized: false }, (response) => {
      response.resume();
      const { statusCode: status = 500 } = response;
      resolve(status < 400 ? 'ready' : { state: 'status', status });
    });
    sent.once('error', (error) => resolve(failureOf(error))).once('timeout', () => sent.destroy(noResponse()));
    sent.end();
  });
}

const noResponse = (): Error => new Error(`no response within ${attemptMs / 1000} s`);

/** Errors that mean that nothing listens: at the port, or because the machine lacks the address. */
const closedCodes = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH', 'EHOSTUNREACH']);

const failureOf = (error: NodeJS.ErrnoException): Probe =>
  closedCodes.has(error.code ?? '') ? { state: 'closed' } : { state: 'failed', reason: error.message };
