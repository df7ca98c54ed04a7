import { gunzipSync } from 'node:zlib';
import { Client } from 'undici';
import { maskedUrl } from '../../core/endpoints/credentials.ts';
import { isRedirect } from './redirect.ts';

/** A small text that is read next to a run: a list of models, or metrics. */
export interface TextRequest {
  /** Of the client's origin. */
  readonly url: URL;
  /** Names and values, alternating. */
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
  /** Maximum number of bytes. */
  readonly most: number;
  /** Name of the text for messages: `list`. */
  readonly what: string;
}

/** Maximum number of redirects that are followed. */
const mostRedirects = 3;

/** Returns a client of one origin for texts. Callers must destroy it. */
export const textClient = (origin: string, insecure = false): Client =>
  new Client(origin, { connect: { rejectUnauthorized: !insecure } });

/**
 * Gets a text. Redirects within the origin are followed.
 * @throws Error with a short reason, such as `status 404`; the client's own error if there is no response
 */
export async function getText(client: Client, { url, headers, signal, most, what }: TextRequest): Promise<string> {
  let target = url;
  for (let redirects = 0; ; redirects += 1) {
    const path = target.pathname + target.search;
    const response = await client.request({ method: 'GET', path, headers: [...headers], signal });
    const bytes = await bytesOf(response.body, most, what);
    const { statusCode, headers: said } = response;
    if (statusCode === 200) return textOf(bytes, String(said['content-encoding'] ?? ''), most, what);
    const { location } = said;
    const next =
      isRedirect(statusCode) && typeof location === 'string' && URL.canParse(location, target.href)
        ? new URL(location, target)
        : undefined;
    if (next?.origin !== url.origin || redirects === mostRedirects) {
      throw new Error(`status ${statusCode}${next === undefined ? '' : ` to ${maskedUrl(next.href)}`}`);
    }
    target = next;
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array>, most: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > most) throw new Error(`the ${what} is too long`);
  }
  return Buffer.concat(chunks);
}

/** Returns the text of a body. Some servers compress it although they weren't asked to. */
function textOf(bytes: Buffer, encoding: string, most: number, what: string): string {
  if (encoding === '' || encoding === 'identity') return bytes.toString();
  if (!/^(?:x-)?gzip$/i.test(encoding)) throw new Error(`the ${what} is compressed with ${encoding}`);
  try {
    return gunzipSync(bytes, { maxOutputLength: most }).toString();
  } catch (cause) {
    throw new Error(`the ${what} ${cause instanceof RangeError ? 'is too long' : "can't be decompressed"}`, { cause });
  }
}

/** Returns why a text couldn't be read. An AggregateError over several addresses has no message of its own. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
