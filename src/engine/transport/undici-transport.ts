import type { Socket } from 'node:net';
import { Client, errors, type Dispatcher } from 'undici';
import { closedEarly, invalidResponse } from './error-kind.ts';
import { createConnector, type Connector } from './connect.ts';
import { wholeOf } from './body-bytes.ts';
import { createLane, nobody, type Line } from './lane.ts';
import { createResponseParser, type ParserOptions } from './raw/response-parser.ts';
import type { Origin, Transport, TransportOptions, WireRequest } from './transport.ts';

/** Longer than any pause in a run. undici's default of 4 s would reopen connections in the middle of a slow run. */
const keepAliveMs = 600_000;

/**
 * Creates a transport over undici's dispatchers: one `Client` per lane and origin, with one handler object that is
 * reused for every request. undici opens, writes, keeps, and closes connections. Its own parser rejects responses that
 * curl and browsers read, and has no option for it. So the raw transport's parser reads the responses first, and undici
 * gets one constant response for each complete one. Both transports therefore count a response the same way. undici
 * waits one `setImmediate` before it writes on a used socket, so a close that has already arrived is noticed. A request
 * whose connection was closed while idle goes out on a new one without a report, because nothing had been sent. Once
 * bytes have left, nothing is sent twice.
 */
export function createUndiciTransport({ keptPerLane, ...options }: TransportOptions): Transport {
  const connector = createConnector(options);
  return {
    lane: () => createLane((origin) => createLine(origin, connector, options), keptPerLane),
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    takePhases: () => connector.takePhases(),
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
  /** The socket waits for a response. */
  let busy = false;
  // In an object, because a fractional number changes in place there. A captured variable would allocate on every
  // change.
  const arrived = { atMs: 0 };
  const stamp = (): void => void (arrived.atMs = performance.now());
  const parser = createResponseParser(
    {
      head: (status, head) => events.headers(arrived.atMs, status, head),
      body: (bytes) => events.data(bytes, arrived.atMs),
    },
    options,
  );

  /** Reads the arrived bytes. Returns the bytes that undici gets instead. */
  const take = (from: Socket, bytes: Buffer): Buffer | undefined => {
    if (from !== socket || !busy) {
      // Nobody requested these bytes, so the connection can't be trusted.
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

  /** Listens before undici does, so that arrivals are stamped once and then read. */
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
    // undici subtracts this from the server's Keep-Alive time. Its default of 2 s would leave no reuse for `timeout=2`.
    keepAliveTimeoutThreshold: 200,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(_options, callback) {
      used = false;
      const waiting = ready;
      ready = undefined;
      if (waiting && !waiting.destroyed) {
        // undici ignores a socket that it gets before its connect call has returned.
        queueMicrotask(() => callback(null, prepared(waiting)));
        return;
      }
      socket = connector.open(origin, (error, opened) => {
        if (error) {
          // undici never ends requests after an error whose code means a certificate for another host.
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
    // undici calls this while it empties its queue, when it accepts no new request.
    setImmediate(() => {
      if (events !== receiver) return;
      if (isComplete) receiver.end(arrived.atMs);
      else receiver.failed(atMs, cause, untouched);
    });
  };

  return {
    connect: () =>
      socket && !socket.destroyed
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
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
/** Makes undici close the connection. */
const lastResponse = responseWith('connection: close\r\n');
/** Responses with the server's keep-alive time, by that time in s. Servers use few different ones. */
const timedResponses = new Map<number, Buffer>();
const maxTimedResponses = 100;

/** Returns the response for undici after which it can reuse the connection. */
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

/** Returns the request in undici's format, made once. */
function optionsOf(request: WireRequest): Dispatcher.DispatchOptions {
  let options = known.get(request);
  if (!options) {
    options = {
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body && wholeOf(request.body),
      // Keeps the connection after HEAD, and after GET with a body, as after any other request.
      reset: false,
      // undici opens a new connection when this changes, and derives it from the Host header by default.
      servername: request.origin.hostname,
    } as Dispatcher.DispatchOptions;
    known.set(request, options);
  }
  return options;
}
