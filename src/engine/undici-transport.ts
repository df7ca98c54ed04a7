import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { AnswerError } from './error-kind.ts';
import { createConnector, type Connector } from './connect.ts';
import { createLane, nobody, type Line } from './lane.ts';
import type { Head, Origin, Transport, TransportOptions, WireRequest } from './transport.ts';

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
 */
export function createUndiciTransport({ keptPerLane }: TransportOptions): Transport {
  const connector = createConnector();
  return {
    lane: () => createLane((origin) => createLine(origin, connector), keptPerLane),
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    get addresses() {
      return connector.addresses;
    },
  };
}

function createLine(origin: Origin, connector: Connector): Line {
  let events = nobody;
  let socket: Socket | undefined;
  let ready: Socket | undefined;
  let used = false;
  /** Status of the answer in flight; 0 before its head. */
  let status = 0;
  const head = createHead();
  // In an object: a number with a fraction changes in place there, a captured variable would allocate for each.
  const arrived = { atMs: 0 };
  const stamp = (): void => void (arrived.atMs = performance.now());
  /** Before undici listens: what has come in is stamped once, and then parsed. */
  const stamped = (opened: Socket): Socket => opened.on('readable', stamp).on('end', stamp);

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
        queueMicrotask(() => callback(null, stamped(waiting)));
        return;
      }
      socket = connector.open(origin, (error, opened) => {
        if (error) callback(error, null);
        else callback(null, stamped(opened));
      });
    },
  });

  const handler: Dispatcher.DispatchHandler = {
    onConnect() {
      const reused = used;
      used = true;
      status = 0;
      events.sent(performance.now(), reused);
    },
    onHeaders(said, raw) {
      if (said >= 200) {
        status = said;
        head.raw = raw;
        events.headers(arrived.atMs, said, head);
      }
      return true;
    },
    onData(chunk) {
      events.data(chunk, arrived.atMs);
      return true;
    },
    onComplete() {
      // undici takes a reset for the end of a body that lasts as long as its connection.
      if (socket?.errored) fail(socket.errored);
      else events.end(arrived.atMs);
    },
    onError: (error) => fail(error),
  };

  const fail = (error: Error): void => {
    const atMs = performance.now();
    const receiver = events;
    const isWhole = isBodiless(status) && isLengthMismatch(error);
    const cause = causeOf(error, status, socket);
    // Subtle: undici calls this in the middle of emptying its queue, where it takes no new request.
    setImmediate(() => {
      if (events !== receiver) return;
      if (isWhole) receiver.end(atMs);
      else receiver.failed(atMs, cause);
    });
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
      client.dispatch(optionsOf(request), handler);
    },
    close() {
      events = nobody;
      socket?.destroy();
      void client.destroy();
    },
  };
}

const known = new WeakMap<WireRequest, Dispatcher.DispatchOptions>();

/** A request as undici takes it, made once. */
function optionsOf(request: WireRequest): Dispatcher.DispatchOptions {
  let options = known.get(request);
  if (!options) {
    options = {
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body,
      // Keeps the connection after HEAD, and after a GET with a body, as after any other request.
      reset: false,
      // undici opens a new connection when this changes, and takes it from the Host header unless told.
      servername: request.origin.hostname,
    } as Dispatcher.DispatchOptions;
    known.set(request, options);
  }
  return options;
}

/** undici misses the body that a length in a 304 is about: it has none there. */
const isBodiless = (status: number): boolean => status === 204 || status === 304;

const hasCode = (error: Error, code: string): boolean => 'code' in error && error.code === code;

const isLengthMismatch = (error: Error): boolean => hasCode(error, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH');

/**
 * What really went wrong, where undici has one word for several things: an answer shorter than it says may have been cut off
 * by a reset, and before the head is whole there is no body that could be too short, only a head that is none.
 */
function causeOf(error: Error, status: number, socket: Socket | undefined): Error {
  // An assumption of undici's own, such as that there is no status 042.
  if (hasCode(error, 'ERR_ASSERTION')) return new AnswerError('parse', 'The answer is no valid HTTP.');
  if (!isLengthMismatch(error)) return error;
  if (status === 0) return new AnswerError('parse', 'The answer is no valid HTTP: its head is broken.');
  return socket?.errored ?? error;
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
