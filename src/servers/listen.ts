import type { Server } from 'node:http';
import { LoadlensError } from '../core/errors.ts';

/** Maximum number of connections that wait to be accepted. A client above it would try again a second later. */
const backlog = 16_384;

/** Binds the server. Returns its port and URL. @throws LoadlensError if the address isn't available */
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
      `Port ${port} on ${host} is in use.`,
      'Stop the other process, or use --port to select another port (0 selects a free one).',
    ],
    EACCES: [`No permission to listen on port ${port} of ${host}.`, 'Use --port to select a port from 1024.'],
    EADDRNOTAVAIL: [
      `${host} isn't an address of this machine.`,
      'Remove --host to listen on 127.0.0.1, or specify an address of this machine.',
    ],
    ENOTFOUND: [
      `Host name ${host} not found.`,
      'Remove --host to listen on 127.0.0.1, or specify an address of this machine.',
    ],
  };
  const [message, hint] = known[error.code ?? ''] ?? [];
  return message && hint ? new LoadlensError(message, { hint, cause: error }) : error;
}
