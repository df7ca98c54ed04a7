import type { Socket } from 'node:net';
import { Client, errors, type Dispatcher } from 'undici';
import { closedEarly, invalidResponse } from './error-kind.ts';
import { createConnector, type Connector } from './connect.ts';
import { createLane, nobody, type Line } from './lane.ts';
import { createResponseParser, type ParserOptions } from './raw/response-parser.ts';
import type { Origin, Transport, TransportOptions, WireRequest } from './transport.ts';

/** Longer than a run pauses: undici's own 4 s would reopen connections in the middle of a slow run. */
const keepAliveMs = 600_000;

/**
 * Creates a transport over undici at dispatcher level: one `Client` per lane and origin, one handler object per client, used
 * again for each request. undici opens, writes, keeps and closes. Its own parser rejects what curl and browsers read and can't
 * be told otherwise, so responses are read by the parser that the raw transport has, before undici sees them: it gets one
 * constant response for each that is complete. Both transports thus count the same response the same way.
 *
 * undici waits one `setImmediate` before it writes on a used socket, so that a close that is already there is seen: a
 * request whose connection was closed while idle goes out on a new one and nobody is told, because nothing had been sent.
 * Once bytes left, nothing is sent twice.
 */
export function createUndiciTransport({ keptPerLane, ...options }: TransportOptions): Transport {
  const connector = createConnector(options);
  return {
    lane: () => createLane((origin) => createLine(origin, connector, options), keptPerLane),
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    get addresses() {
      return connector.addresses;
    },
  };
}

function createLine(origin: Origin, connector: Connector, options: ParserOptions): Line {
  let events = nobody;
  let socket: Socket | undefined;
  let ready: Socket | undefined;
  let used = false;
  let toHead = false;
  /** The socket owes a response. */
  let busy = false;
  // In an object: a number with a fraction changes in place there, a captured variable would allocate for each.
  const arrived = { atMs: 0 };
  const stamp = (): void => void (arrived.atMs = performance.now());
  const parser = createResponseParser(
    {
      head: (status, head) => events.headers(arrived.atMs, status, head),
      body: (bytes) => events.data(bytes, arrived.atMs),
    },
    options,
  );

  /** Reads what has come; answers what undici is to see in its place. */
  const take = (from: Socket, bytes: Buffer): Buffer | undefined => {
    if (from !== socket || !busy) {
      // Nobody asked for it, so the connection can't be trusted.
      if (!parser.isHarmless(bytes, 0, bytes.length)) from.destroy();
      return undefined;
    }
    const stop = parser.feed(bytes, 0, bytes.length);
    if (parser.state === 'reading') return undefined;
    if (parser.state === 'broken') {
      from.destroy(invalidResponse(parser.fault));
      return undefined;
    }
    busy = false;
    const isLast = !parser.isHarmless(bytes, stop, bytes.length) || !parser.reusable;
    return isLast ? lastResponse : responseFor(parser.keepAliveMs);
  };

  /** Before undici listens: what has come in is stamped once, and then read. */
  const prepared = (opened: Socket): Socket => {
    const read = opened.read.bind(opened);
    opened.read = (size?: number): unknown => {
      if (size === 0) return read(size);
      for (;;) {
        const bytes: Buffer | null = read();
        if (bytes === null) return null;
        const instead = take(opened, bytes);
        if (instead) return instead;
      }
    };
    return opened.on('readable', stamp).on('end', stamp);
  };

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
        queueMicrotask(() => callback(null, prepared(waiting)));
        return;
      }
      socket = connector.open(origin, (error, opened) => {
        if (error) {
          // undici never ends requests after an error whose code says that a certificate is for another host.
          callback(new Error('The connection failed.', { cause: error }), null);
        } else callback(null, prepared(opened));
      });
    },
  });

  const handler: Dispatcher.DispatchHandler = {
    onConnect() {
      const reused = used;
      used = busy = true;
      parser.begin(toHead, reused);
      events.sent(performance.now(), reused);
    },
    onHeaders: () => true,
    onData: () => true,
    onComplete: () => events.end(arrived.atMs),
    onError: (error) => fail(error),
  };

  const fail = (error: Error): void => {
    const atMs = performance.now();
    const receiver = events;
    // undici has one error for all sockets that were closed without an error.
    const isClosed = error instanceof errors.SocketError;
    const isComplete = busy && isClosed && socket?.readableEnded === true && parser.finish();
    const cause = isClosed ? closedEarly() : error.cause instanceof Error ? error.cause : error;
    const untouched = !busy || parser.untouched;
    busy = false;
    // Subtle: undici calls this in the middle of emptying its queue, where it takes no new request.
    setImmediate(() => {
      if (events !== receiver) return;
      if (isComplete) receiver.end(arrived.atMs);
      else receiver.failed(atMs, cause, untouched);
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
      toHead = request.method === 'HEAD';
      client.dispatch(optionsOf(request), handler);
    },
    close() {
      events = nobody;
      socket?.destroy();
      void client.destroy();
    },
  };
}

const responseWith = (header: string): Buffer => Buffer.from(`HTTP/1.1 204 No Content\r\n${header}\r\n`);
const plainResponse = responseWith('');
/** After this one undici closes the connection. */
const lastResponse = responseWith('connection: close\r\n');
/** Those that say for how long the server keeps an idle connection, by that time in s: servers name few. */
const timedResponses = new Map<number, Buffer>();
const maxTimedResponses = 100;

/** Returns what undici sees in the place of a response after which its connection can be used again. */
function responseFor(keepAliveMs: number): Buffer {
  if (keepAliveMs === Infinity) return plainResponse;
  const seconds = keepAliveMs / 1_000;
  let response = timedResponses.get(seconds);
  if (!response) {
    response = responseWith(`keep-alive: timeout=${seconds}\r\n`);
    if (timedResponses.size < maxTimedResponses) timedResponses.set(seconds, response);
  }
  return response;
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
