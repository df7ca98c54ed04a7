import type { Socket } from 'node:net';
import type { Connector } from '../connect.ts';
import { closedEarly, invalidResponse } from '../error-kind.ts';
import { nobody, type Line } from '../lane.ts';
import type { ExchangeEvents, Origin, WireRequest } from '../transport.ts';
import { isBlank } from './characters.ts';
import { discardBytes, requestBytes } from './request-bytes.ts';
import { createResponseParser, type ParserOptions } from './response-parser.ts';
import type { Receiver, Turn } from './turn.ts';

/** Subtracted from the server's keep-alive time, ms, because its clock differs from ours. */
const keepAliveMarginMs = 200;

/** One socket and its state. */
interface Connection extends Receiver {
  socket: Socket | undefined;
  /** Has carried a request before. */
  used: boolean;
  /** Waits for a response. */
  busy: boolean;
  /** Bytes have arrived without a request. They may announce its close. */
  surplus: boolean;
  /** Has ended, or was closed by the client. */
  over: boolean;
  error: Error | undefined;
  /** The request in flight requires the connection to be closed afterwards. */
  closing: boolean;
  idleSinceMs: number;
  keepAliveMs: number;
  /** Resolved or rejected once the connection is open or has failed. */
  ahead: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
}

/**
 * Creates a line that sends requests to one origin over one socket at a time. It writes only after the loop has read
 * the sockets, so it notices a connection that was closed while idle. Such a request goes out on a new connection
 * without a report, because nothing had been sent. Once bytes have been sent, nothing is sent twice.
 */
export function createRawLine(origin: Origin, connector: Connector, turn: Turn, options: ParserOptions): Line {
  let events: ExchangeEvents = nobody;
  /** Request to be written. */
  let waiting: WireRequest | undefined;
  let current: Connection | undefined;
  let opening: Connection | undefined;
  const now = { atMs: 0 };
  const parser = createResponseParser(
    {
      head: (status, head) => events.headers(now.atMs, status, head),
      body: (bytes) => events.data(bytes, now.atMs),
    },
    options,
  );

  const open = (): Connection => {
    const connection: Connection = {
      queued: 0,
      socket: undefined,
      used: false,
      busy: false,
      surplus: false,
      over: false,
      error: undefined,
      closing: false,
      idleSinceMs: 0,
      keepAliveMs: Infinity,
      ahead: undefined,
      bytes: (buffer, start, end, atMs) => {
        if (connection === current) receive(connection, buffer, start, end, atMs);
      },
      ended: (atMs) => {
        if (connection === current) end(connection, atMs);
      },
    };
    opening = connection;
    connection.socket = connector.open(origin, (error, socket) => ready(connection, error, socket), {
      buffer: turn.readBuffer,
      callback(length) {
        turn.arrived(connection, length);
        return true;
      },
    });
    return connection;
  };

  const ready = (connection: Connection, error: Error | null, socket: Socket): void => {
    if (error) connection.ahead?.reject(error);
    else connection.ahead?.resolve();
    if (opening !== connection) return;
    opening = undefined;
    if (error) {
      if (waiting) fail(performance.now(), error, true);
      return;
    }
    const over = (why?: Error): void => {
      if (connection.over) return;
      connection.over = true;
      connection.error = why;
      turn.ended(connection);
    };
    socket
      .on('error', over)
      .once('end', () => over())
      .once('close', () => over(closedEarly()));
    current = connection;
    if (waiting) write(connection, waiting);
  };

  const write = (connection: Connection, request: WireRequest): void => {
    const { start, body, closes, free } = requestBytes(request);
    const { socket, used } = connection;
    waiting = undefined;
    parser.begin(request.method === 'HEAD', used);
    connection.busy = connection.used = true;
    connection.closing = closes;
    events.sent(performance.now(), used);
    if (body) socket?.cork();
    socket?.write(start, free);
    if (body) {
      socket?.write(body);
      socket?.uncork();
    }
  };

  /** Writes the waiting request, now that the sockets have been read. */
  const flush = (): void => {
    if (!waiting || opening) return;
    if (current && isUsable(current)) {
      write(current, waiting);
      return;
    }
    if (current?.surplus && current.used) parser.noteSurplus();
    drop();
    open();
  };

  const receive = (connection: Connection, buffer: Buffer, start: number, end: number, atMs: number): void => {
    if (!connection.busy) {
      if (isTimeout(buffer, start, end)) drop();
      else if (!isBlank(buffer, start, end)) connection.surplus = true;
      return;
    }
    now.atMs = atMs;
    const stop = parser.feed(buffer, start, end);
    if (parser.state === 'reading') return;
    if (parser.state === 'broken') {
      drop();
      fail(atMs, invalidResponse(parser.fault), false);
      return;
    }
    connection.busy = false;
    connection.idleSinceMs = atMs;
    connection.keepAliveMs = parser.keepAliveMs - keepAliveMarginMs;
    if (!parser.isHarmless(buffer, stop, end) || !mayCarryAnother(connection)) drop();
    complete(atMs);
  };

  const mayCarryAnother = ({ queued, closing, socket, keepAliveMs }: Connection): boolean =>
    // The connection isn't reusable after unrequested bytes, after its end, or if the response came before the whole
    // request was sent.
    parser.reusable && !closing && queued === 0 && keepAliveMs > 0 && socket?.writableLength === 0;

  const end = (connection: Connection, atMs: number): void => {
    const { error, busy } = connection;
    drop();
    if (!busy) return;
    if (!error && parser.finish()) complete(atMs);
    else fail(atMs, error ?? closedEarly(), parser.untouched);
  };

  const complete = (atMs: number): void => {
    const receiver = events;
    events = nobody;
    receiver.end(atMs);
  };

  const fail = (atMs: number, error: Error, untouched: boolean): void => {
    const receiver = events;
    events = nobody;
    dropWaiting();
    receiver.failed(atMs, error, untouched);
  };

  const dropWaiting = (): void => {
    if (waiting) discardBytes(waiting);
    waiting = undefined;
  };

  const drop = (): void => {
    if (!current) return;
    current.over = true;
    current.socket?.destroy();
    current = undefined;
  };

  return {
    connect: () =>
      current
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            (opening ?? open()).ahead = { resolve, reject };
          }),
    send(request, receiver) {
      events = receiver;
      waiting = request;
      if (!current && !opening) open();
      else turn.whenPolled(flush);
    },
    close() {
      events = nobody;
      dropWaiting();
      drop();
      opening?.socket?.destroy();
      opening = undefined;
    },
  };
}

/** No unrequested bytes and no end have arrived, and the server's keep-alive time hasn't passed. */
const isUsable = ({ queued, surplus, keepAliveMs, idleSinceMs }: Connection): boolean =>
  queued === 0 && !surplus && (keepAliveMs === Infinity || performance.now() - idleSinceMs < keepAliveMs);

/** Returns whether a server closes an idle connection with status 408, as Node does (RFC 9110, 15.5.9). */
const isTimeout = (bytes: Buffer, start: number, end: number): boolean =>
  /^HTTP\/1\.[01] 408\b/.test(bytes.toString('latin1', start, Math.min(end, start + 16)));
