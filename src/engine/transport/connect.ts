import * as net from 'node:net';
import * as tls from 'node:tls';
import {
  addPhase,
  createConnectionTallies,
  type ConnectionTallies,
} from '../../core/metrics/recorder/connection-tallies.ts';
import { tlsReason } from './tls-reason.ts';
import type { Origin, TransportOptions } from './transport.ts';

/** Maximum number of pairs of host and address that are kept, more than anyone reads. */
const maxAddresses = 100;
/** Maximum number of TLS sessions kept for resumption, one per origin. */
const maxSessions = 1_000;

/** Opens sockets, tracks the open ones, and closes them together. */
export interface Connector {
  /**
   * Calls back once, and always asynchronously. The socket keeps an error listener, so no error is unhandled. With
   * `onread`, bytes go into its buffer and there are no `data` events.
   */
  open(
    origin: Origin,
    callback: (error: Error | null, socket: net.Socket) => void,
    onread?: net.OnReadOpts,
  ): net.Socket;
  closeAll(): void;
  readonly opened: number;
  /** Returns the times of connections opened since the last call. */
  takePhases(): ConnectionTallies;
  readonly addresses: { readonly host: string; readonly address: string }[];
}

/**
 * Creates a connector for TCP and TLS. Certificates are verified unless `insecure` is set. Tries the addresses of a
 * name by happy eyeballs (RFC 8305).
 */
export function createConnector({
  note: noteServer,
  insecure,
}: Pick<TransportOptions, 'note' | 'insecure'>): Connector {
  const sockets = new Set<net.Socket>();
  const sessions = new Map<string, Buffer>();
  const seen = new Set<string>();
  const addresses: { host: string; address: string }[] = [];
  let opened = 0;
  let phases = createConnectionTallies();

  const note = (host: string, address: string | undefined): void => {
    const key = `${host} ${address}`;
    if (address === undefined || seen.has(key) || seen.size >= maxAddresses) return;
    seen.add(key);
    addresses.push({ host, address });
  };

  const start = (origin: Origin, onread: net.OnReadOpts | undefined): net.Socket => {
    const to = { host: origin.hostname, port: origin.port, autoSelectFamily: true, ...(onread && { onread }) };
    if (!origin.secure) return net.connect(to);
    const session = sessions.get(origin.url);
    const socket = tls.connect({
      ...to,
      servername: net.isIP(origin.hostname) === 0 ? origin.hostname : '',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !insecure,
      ...(session ? { session } : {}),
    });
    return socket.on('session', (ticket) => {
      if (sessions.size < maxSessions || sessions.has(origin.url)) sessions.set(origin.url, ticket);
    });
  };

  return {
    open(origin, callback, onread) {
      const startMs = performance.now();
      const socket = start(origin, onread);
      const reached = watchPhases(socket, startMs);
      let settled = false;
      const settle = (error: Error | null): void => {
        if (settled) return;
        settled = true;
        callback(error, socket);
      };
      sockets.add(socket);
      socket
        .setNoDelay(true)
        .setKeepAlive(true, 60_000)
        .once(origin.secure ? 'secureConnect' : 'connect', () => {
          opened += 1;
          addPhases(phases, reached, performance.now(), origin.secure);
          note(origin.hostname, socket.remoteAddress);
          if (insecure && socket instanceof tls.TLSSocket && !socket.authorized) noteServer(unverified(socket));
          settle(null);
        })
        .on('error', settle)
        .once('close', () => {
          sockets.delete(socket);
          settle(new Error('The connection was closed before it was ready.'));
        });
      return socket;
    },
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
    get opened() {
      return opened;
    },
    takePhases() {
      const taken = phases;
      phases = createConnectionTallies();
      return taken;
    },
    addresses,
  };
}

/** When a connection reached its phases, ms. NaN for one that it didn't need or hasn't reached. */
interface Reached {
  readonly startMs: number;
  foundMs: number;
  connectedMs: number;
}

function watchPhases(socket: net.Socket, startMs: number): Reached {
  const reached: Reached = { startMs, foundMs: Number.NaN, connectedMs: Number.NaN };
  socket
    .once('lookup', () => void (reached.foundMs = performance.now()))
    .once('connect', () => void (reached.connectedMs = performance.now()));
  return reached;
}

function addPhases(
  tallies: ConnectionTallies,
  { startMs, foundMs, connectedMs }: Reached,
  readyMs: number,
  secure: boolean,
): void {
  const isNamed = !Number.isNaN(foundMs);
  if (isNamed) addPhase(tallies, 'dns', foundMs - startMs);
  addPhase(tallies, 'connect', connectedMs - (isNamed ? foundMs : startMs));
  if (secure) addPhase(tallies, 'tls', readyMs - connectedMs);
}

/** Returns the remark on a certificate that was accepted although it can't be verified. */
function unverified({ authorizationError }: tls.TLSSocket): string {
  // Typed as Error, but it is the code as text for an accepted certificate.
  const code = String(authorizationError);
  return `has a certificate that can't be verified (${tlsReason(code) ?? code})`;
}
