import { lengthOf } from '../body-bytes.ts';
import type { WireRequest } from '../transport.ts';
import { createByteRing, type ByteRing } from './byte-ring.ts';

/** A request as bytes. */
export interface RequestBytes {
  /** The head, and the body if it is short. */
  readonly start: Buffer;
  /** The body if it is long, not copied. */
  readonly body: Buffer | undefined;
  /** The request asks for the connection to be closed. */
  readonly closes: boolean;
  /** Must be called once the bytes are sent, because others use their memory then; absent if it is their own. */
  readonly free?: () => void;
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

/** Bytes of requests with a body in pieces that were put together ahead. */
const ready = new WeakMap<WireRequest, RequestBytes>();

/** Returns the bytes of a request. Cached for requests that are sent often. Those with a body in pieces are sent once. */
export function requestBytes(request: WireRequest): RequestBytes {
  const { body } = request;
  if (body !== null && !Buffer.isBuffer(body)) {
    const bytes = ready.get(request) ?? writePieces(request, body) ?? writeWhole(request, body);
    ready.delete(request);
    return bytes;
  }
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

/** Puts the bytes of a request together ahead if there is memory for them. They must be sent or discarded. */
export function prepareBytes(request: WireRequest): void {
  const { body } = request;
  if (body === null || Buffer.isBuffer(body)) {
    requestBytes(request);
    return;
  }
  const bytes = writePieces(request, body);
  if (bytes) ready.set(request, bytes);
}

/** Frees the bytes of a request that was prepared and won't be sent. */
export function discardBytes(request: WireRequest): void {
  ready.get(request)?.free?.();
  ready.delete(request);
}

function write(request: WireRequest, body: Buffer | null): RequestBytes {
  const { text, closes } = headOf(request);
  const head = Buffer.from(text, 'latin1');
  const short = body !== null && body.byteLength <= shortBytes;
  return {
    start: short ? Buffer.concat([head, body]) : head,
    body: short ? undefined : (body ?? undefined),
    closes,
  };
}

/** Size of the memory for requests that are sent once, bytes: at first, at most, and in lengths of the longest of them. */
const ringBytes = { first: 1 << 23, most: 1 << 26, lengths: 4 } as const;
let ring: ByteRing | undefined;

/** Puts a request together; returns undefined if there is no memory for it at the moment. */
function writePieces(request: WireRequest, pieces: readonly Uint8Array[]): RequestBytes | undefined {
  const { text, closes } = headOf(request);
  const length = text.length + lengthOf(pieces);
  const wanted = Math.min(ringBytes.most, Math.max(ringBytes.first, ringBytes.lengths * length));
  if (ring === undefined || ring.size < wanted) ring = createByteRing(wanted);
  const section = ring.take(length);
  if (section === undefined) return undefined;
  const { bytes, free } = section;
  let at = bytes.write(text, 'latin1');
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return { start: bytes, body: undefined, closes, free };
}

function writeWhole(request: WireRequest, pieces: readonly Uint8Array[]): RequestBytes {
  const { text, closes } = headOf(request);
  return { start: Buffer.concat([Buffer.from(text, 'latin1'), ...pieces]), body: undefined, closes };
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
