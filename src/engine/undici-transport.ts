import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { createConnector, type Connector } from './connect.ts';
import type { ExchangeEvents, Head, Lane, Origin, Transport, WireRequest } from './transport.ts';

/** Longer than a run pauses: undici's own 4 s would reopen connections in the middle of a slow run. */
const keepAliveMs = 600_000;

/**
 * undici at dispatcher level: one `Client` per lane and origin, one handler object per client, used again for each request.
 * The handler has undici's older callbacks: they hand over raw headers, where the newer ones allocate a controller and parse
 * every header of every answer.
 *
 * undici waits one `setImmediate` before it writes on a used socket, so that a close that is already there is seen: a
 * request whose connection was closed while idle goes out on a new one and nobody is told, because nothing had been sent.
 * Once bytes left, nothing is sent twice.
 *
 * @param keptPerLane how many origins a lane keeps a connection to; the one unused longest is closed first
 */
export function createUndiciTransport(keptPerLane: number): Transport {
  const connector = createConnector();
  return {
    lane: () => createLane(connector, keptPerLane),
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    get addresses() {
      return connector.addresses;
    },
  };
}

/** One client with the connection it has or had. */
interface Line {
  connect(): Promise<void>;
  send(request: WireRequest, events: ExchangeEvents): void;
  close(): void;
}

function createLane(connector: Connector, kept: number): Lane {
  // In the order of use, once there is more than one: the first is the one unused longest.
  const lines = new Map<string, Line>();
  let current: Line | undefined;
  let currentUrl = '';

  const lineTo = (origin: Origin): Line => {
    if (current && currentUrl === origin.url) return current;
    const known = lines.get(origin.url);
    const line = known ?? createLine(origin, connector);
    if (known) lines.delete(origin.url);
    lines.set(origin.url, line);
    const [oldest] = lines;
    if (lines.size > kept && oldest) {
      lines.delete(oldest[0]);
      oldest[1].close();
    }
    current = line;
    currentUrl = origin.url;
    return line;
  };

  return {
    connect: (origin) => lineTo(origin).connect(),
    send: (request, events) => lineTo(request.origin).send(request, events),
    cut() {
      lines.delete(currentUrl);
      current?.close();
      current = undefined;
    },
  };
}

const nobody: ExchangeEvents = { sent() {}, headers() {}, data() {}, end() {}, failed() {} };

function createLine(origin: Origin, connector: Connector): Line {
  let events = nobody;
  let socket: Socket | undefined;
  let ready: Socket | undefined;
  let used = false;
  const head = createHead();

  const client = new Client(origin.url, {
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // What a server's Keep-Alive header names is shortened by this; undici's 2 s would make of `timeout=2` no reuse at all.
    keepAliveTimeoutThreshold: 200,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(_options, callback) {
      used = false;
      const waiting = ready;
      ready = undefined;
      if (waiting && !waiting.destroyed) {
        // Subtle: undici ignores a socket that is handed over before its connect call returned.
        queueMicrotask(() => callback(null, waiting));
        return;
      }
      socket = connector.open(origin, (error, opened) => {
        if (error) callback(error, null);
        else callback(null, opened);
      });
    },
  });

  const handler: Dispatcher.DispatchHandler = {
    onConnect() {
      const reused = used;
      used = true;
      events.sent(performance.now(), reused);
    },
    onHeaders(status, raw) {
      if (status >= 200) {
        const atMs = performance.now();
        head.raw = raw;
        events.headers(atMs, status, head);
      }
      return true;
    },
    onData(chunk) {
      events.data(chunk, performance.now());
      return true;
    },
    onComplete() {
      events.end(performance.now());
    },
    onError(error) {
      const atMs = performance.now();
      const receiver = events;
      // Subtle: undici calls this in the middle of emptying its queue, where it takes no new request.
      setImmediate(() => {
        if (events === receiver) receiver.failed(atMs, error);
      });
    },
  };

  return {
    connect: () =>
      new Promise((resolve, reject) => {
        socket = connector.open(origin, (error, opened) => {
          if (error) {
            reject(error);
            return;
          }
          ready = opened;
          resolve();
        });
      }),
    send(request, receiver) {
      events = receiver;
      client.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: request.body,
          // Keeps the connection after HEAD, and after a GET with a body, as after any other request.
          reset: false,
          // undici opens a new connection when this changes, and takes it from the Host header unless told.
          servername: origin.hostname,
        } as Dispatcher.DispatchOptions,
        handler,
      );
    },
    close() {
      events = nobody;
      socket?.destroy();
      void client.destroy();
    },
  };
}

/** Looks names up in undici's raw headers: name, value, name, value … One per line, filled anew for each answer. */
function createHead(): Head & { raw: readonly Buffer[] } {
  return {
    raw: [],
    get(name) {
      for (let i = 0; i + 1 < this.raw.length; i += 2) {
        if (isNamed(this.raw[i], name)) return this.raw[i + 1]?.toString('latin1');
      }
      return undefined;
    },
  };
}

/** Compares bytes: making a string of every name of every answer would cost more than the rest of reading it. */
function isNamed(bytes: Buffer | undefined, name: string): boolean {
  if (bytes?.length !== name.length) return false;
  for (let i = 0; i < name.length; i += 1) {
    // Bit 5 makes a letter small and leaves the hyphen as it is.
    if (((bytes[i] ?? 0) | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}
