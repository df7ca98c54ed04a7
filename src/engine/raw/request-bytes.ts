import type { WireRequest } from '../transport.ts';

/** A request as it goes over the wire. */
export interface RequestBytes {
  /** The head, and the body when that is short. */
  readonly start: Buffer;
  /** The body when it is long: it is not copied. */
  readonly body: Buffer | undefined;
  /** It asks for the connection to be closed. */
  readonly closes: boolean;
}

/** Up to here a body goes out in one piece with its head. */
const shortBytes = 16_384;
/** A server waits for a body with these, so that there is none must be said (RFC 9110, 8.6). */
const expectBody = new Set(['PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PUT', 'QUERY']);

const known = new WeakMap<WireRequest, RequestBytes>();

/** The bytes of a request, made once. */
export function requestBytes(request: WireRequest): RequestBytes {
  let bytes = known.get(request);
  if (!bytes) known.set(request, (bytes = write(request)));
  return bytes;
}

function write({ origin, method, path, headers, body }: WireRequest): RequestBytes {
  const given = (name: string): string | undefined =>
    headers.find((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
  const connection = given('connection');
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${given('host') ?? origin.url.replace(/^\w+:\/\//, '')}`];
  if (connection === undefined) lines.push('connection: keep-alive');
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'host') lines.push(`${headers[i]}: ${headers[i + 1]}`);
  }
  if (body || expectBody.has(method)) lines.push(`content-length: ${body?.byteLength ?? 0}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const short = body !== null && body.byteLength <= shortBytes;
  return {
    start: short ? Buffer.concat([head, body]) : head,
    body: short ? undefined : (body ?? undefined),
    closes: connection !== undefined && /(?:^|,)\s*close\s*(?:,|$)/i.test(connection),
  };
}
