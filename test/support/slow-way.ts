import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that stands for a slow network. */
export interface SlowWay {
  readonly port: number;
  close(): Promise<void>;
}

/** What the way does to bytes. */
export interface WayOptions {
  /** Delay in each direction, ms. */
  readonly delayMs?: number;
  /** Bytes per second from the server, on each connection (default: no limit). */
  readonly bytesPerS?: number;
}

/** Starts a proxy to a port of this machine that delays bytes in each direction and limits their rate. */
export async function startSlowWay(to: number, { delayMs = 0, bytesPerS = Infinity }: WayOptions): Promise<SlowWay> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const pass = (from: Socket, into: Socket, rate: number): void => {
    let freeAt = 0;
    from.on('data', (bytes) => {
      const now = performance.now();
      freeAt = Math.max(now, freeAt) + (bytes.length / rate) * 1000;
      setTimeout(
        () => {
          if (into.writable) into.write(bytes);
        },
        freeAt - now + delayMs,
      );
    });
    from.on('close', () => setTimeout(() => into.destroy(), Math.max(0, freeAt - performance.now()) + delayMs));
  };
  const server = createServer((client) => {
    const upstream = keep(connect(to, '127.0.0.1'));
    pass(keep(client), upstream, Infinity);
    pass(upstream, client, bytesPerS);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  return {
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
