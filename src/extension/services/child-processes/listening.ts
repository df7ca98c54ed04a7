import { connect, createServer } from 'node:net';

/**
 * Returns false if a connection to this address is refused. Anything else counts as a server, including a slow
 * response.
 */
export function isListening(host: string, port: number, limitMs = 300): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(limitMs, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(!isRefusal(error)));
  });
}

/** `localhost` is tried over IPv6 and IPv4, and then both errors come in one AggregateError. */
function isRefusal(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isRefusal);
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

/** Whether a port of this machine can be had. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}

/** Returns the first free port after this one; undefined if none of the next 100 is free. */
export async function freePortAfter(port: number): Promise<number | undefined> {
  for (let next = port + 1; next <= Math.min(port + 100, 65_535); next += 1) if (await isFree(next)) return next;
  return undefined;
}
