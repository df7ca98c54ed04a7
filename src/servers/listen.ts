import type { Server } from 'node:http';
import { LoadlensError } from '../core/errors.ts';

/** Connections that may wait to be accepted: a burst of thousands must not meet a full queue and come back a second later. */
const backlog = 16_384;

/** Binds the server and answers where it listens. Throws a LoadlensError for an address that can't be had. */
export async function listen(server: Server, host: string, port: number): Promise<{ port: number; url: string }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asLoadlensError(error, host, port)));
    server.listen({ host, port, backlog }, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return { port: actual, url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}` };
}

function asLoadlensError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const known: Partial<Record<string, readonly [message: string, hint: string]>> = {
    EADDRINUSE: [
      `Port ${port} on ${host} is already taken.`,
      'Stop what listens there, or choose another port with --port (0 picks a free one).',
    ],
    EACCES: [`Port ${port} on ${host} is not open to this user.`, 'Choose a port from 1024 with --port.'],
    EADDRNOTAVAIL: [
      `${host} is no address of this machine.`,
      'Leave --host away to listen on 127.0.0.1, or name an address of this machine.',
    ],
    ENOTFOUND: [
      `The host name ${host} is not known.`,
      'Leave --host away to listen on 127.0.0.1, or name an address of this machine.',
    ],
  };
  const [message, hint] = known[error.code ?? ''] ?? [];
  return message && hint ? new LoadlensError(message, { hint, cause: error }) : error;
}
