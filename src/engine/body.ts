import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Head } from './transport.ts';

/** A JSON body is read for its tokens up to here; a longer one is counted like any other. */
const maxJsonBytes = 65_536;
/** How much of a failed answer is kept, before decoding, masking and cutting. */
const maxSampleBytes = 4_096;
/** What a compressed body may grow to. */
const maxDecodedBytes = 1 << 20;

const tokensKey = Buffer.from('"output_tokens"');

/** Keeps what has to be looked at of one answer at a time, and nothing of the others. */
export interface BodyKeeper {
  /** Forgets the answer before and decides how much of this one is kept. */
  begin(head: Head, failed: boolean): void;
  add(chunk: Uint8Array): void;
  /** The number in the top-level JSON field `output_tokens`, if the answer has one. */
  outputTokens(): number | undefined;
  /** The start of the body as text. `cut`: there was more. */
  text(): { readonly text: string; readonly cut: boolean };
}

/** The buffer grows as needed and is used again: one per slot, no allocation per answer. */
export function createBodyKeeper(): BodyKeeper {
  let buffer = Buffer.alloc(0);
  let length = 0;
  let limit = 0;
  let cut = false;
  let json = false;
  let encoding: string | undefined;

  const decoded = (): Buffer => decode(buffer.subarray(0, length), encoding);

  return {
    begin(head, failed) {
      json = head.get('content-type')?.toLowerCase().includes('json') ?? false;
      length = 0;
      cut = false;
      limit = json ? maxJsonBytes : failed ? maxSampleBytes : 0;
      encoding = limit > 0 ? head.get('content-encoding') : undefined;
    },
    add(chunk) {
      if (limit === 0 || cut) return;
      const room = limit - length;
      const taken = chunk.byteLength > room ? chunk.subarray(0, room) : chunk;
      cut = taken.byteLength < chunk.byteLength;
      if (length + taken.byteLength > buffer.byteLength) {
        const larger = Buffer.allocUnsafeSlow(Math.min(limit, Math.max(1_024, 2 * (length + taken.byteLength))));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      buffer.set(taken, length);
      length += taken.byteLength;
    },
    outputTokens() {
      if (!json || cut || length === 0) return undefined;
      const bytes = encoding === undefined ? buffer.subarray(0, length) : decoded();
      return bytes.includes(tokensKey) ? tokensIn(bytes) : undefined;
    },
    text: () => ({ text: decoded().toString(), cut }),
  };
}

function tokensIn(bytes: Buffer): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('output_tokens' in value)) return undefined;
  const tokens = value.output_tokens;
  return typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? tokens : undefined;
}

/** As much as can be decoded; the bytes as they are for an unknown or broken encoding. */
function decode(bytes: Buffer, encoding: string | undefined): Buffer {
  // The body may be cut: what was read so far is still worth showing.
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxDecodedBytes };
  const brotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: maxDecodedBytes };
  try {
    switch (encoding?.trim().toLowerCase() ?? '') {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, zlib);
      case 'deflate':
        return inflateSync(bytes, zlib);
      case 'br':
        return brotliDecompressSync(bytes, brotli);
      default:
        return bytes;
    }
  } catch {
    return bytes;
  }
}
