import { lengthOf } from '../body-bytes.ts';
import type { WireRequest } from '../transport.ts';

/** A request as bytes. */
export interface RequestBytes {
  /** The head, and the body if it is short. */
  readonly start: Buffer;
  /** The body if it is long, not copied. */
  readonly body: Buffer | undefined;
  /** The request asks for the connection to be closed. */
  readonly closes: boolean;
  /** The next request overwrites `start` unless `keepBytes` is called. */
  readonly isShared: boolean;
}

/** Maximum size of a body that is sent in one piece with its head, bytes. */
const shortBytes = 16_384;
/** Methods for which a server expects a body, so an empty one needs `Content-Length: 0` (RFC 9110, 8.6). */
const expectBody = new Set(['PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PUT', 'QUERY']);

/** Header lines of requests with the same origin and headers. */
interface HeaderLines extends Pick<WireRequest, 'origin'>, Pick<RequestBytes, 'closes'> {
  readonly text: string;
}

/**
 * Number of requests whose bytes are kept, in each of two generations. Files with hundreds of thousands of requests
 * would take too much memory.
 */
const mostKept = 10_000;

let recent = new WeakMap<WireRequest, RequestBytes>();
let older = new WeakMap<WireRequest, RequestBytes>();
let recentCount = 0;
/** Keyed by the list of headers, which most requests of a file share. */
const knownLines = new WeakMap<WireRequest['headers'], HeaderLines>();

/** Returns the bytes of a request. Cached for requests that are sent often. Those with a body in pieces are sent once. */
export function requestBytes(request: WireRequest): RequestBytes {
  const { body } = request;
  if (body !== null && !Buffer.isBuffer(body)) return writePieces(request, body);
  const known = recent.get(request);
  if (known !== undefined) return known;
  const bytes = older.get(request) ?? write(request, body);
  if (recentCount >= mostKept) {
    older = recent;
    recent = new WeakMap();
    recentCount = 0;
  }
  recent.set(request, bytes);
  recentCount += 1;
  return bytes;
}

function write(request: WireRequest, body: Buffer | null): RequestBytes {
  const { text, closes } = headOf(request);
  const head = Buffer.from(text, 'latin1');
  const short = body !== null && body.byteLength <= shortBytes;
  return {
    start: short ? Buffer.concat([head, body]) : head,
    body: short ? undefined : (body ?? undefined),
    closes,
    isShared: false,
  };
}

/**
 * Where requests are put together that are sent once. Memory for each of them would make V8 look for garbage in all of
 * its memory every few seconds, and requests that are due then would be late.
 */
let shared = Buffer.alloc(0);

function writePieces(request: WireRequest, pieces: readonly Uint8Array[]): RequestBytes {
  const { text, closes } = headOf(request);
  const length = text.length + lengthOf(pieces);
  if (shared.byteLength < length) shared = Buffer.allocUnsafeSlow(2 * length);
  let at = shared.write(text, 'latin1');
  for (const piece of pieces) {
    shared.set(piece, at);
    at += piece.byteLength;
  }
  return { start: shared.subarray(0, at), body: undefined, closes, isShared: true };
}

/** Keeps the shared bytes of the last request from being overwritten. */
export function keepBytes(): void {
  shared = Buffer.alloc(0);
}

/** Returns the request line and the headers. */
function headOf(request: WireRequest): Pick<HeaderLines, 'text' | 'closes'> {
  const { method, path, body } = request;
  const { text, closes } = headerLines(request);
  const length = body || expectBody.has(method) ? `content-length: ${body ? lengthOf(body) : 0}\r\n` : '';
  return { text: `${method} ${path} HTTP/1.1\r\n${text}${length}\r\n`, closes };
}

function headerLines({ origin, headers }: WireRequest): HeaderLines {
  const known = knownLines.get(headers);
  if (known?.origin === origin) return known;
  const given = (name: string): string | undefined =>
    headers.find((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
  const connection = given('connection');
  const lines = [`host: ${given('host') ?? origin.url.replace(/^\w+:\/\//, '')}`];
  if (connection === undefined) lines.push('connection: keep-alive');
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'host') lines.push(`${headers[i]}: ${headers[i + 1]}`);
  }
  const closes = connection !== undefined && /(?:^|,)\s*close\s*(?:,|$)/i.test(connection);
  const made = { origin, text: `${lines.join('\r\n')}\r\n`, closes };
  knownLines.set(headers, made);
  return made;
}
