import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { bodyLimits } from '../../core/values/limits.ts';
import type { Note } from '../transport/server-notes.ts';

// A body may end before its encoding does: what there was of it is read all the same.
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
const flushed = { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
const brotli = { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };
const zstd = { flush: ZSTD_e_flush, finishFlush: ZSTD_e_flush };
const whole = { maxOutputLength: bodyLimits.decodedBytes };

interface Encoding {
  readonly decode: (bytes: Uint8Array) => Buffer;
  readonly create: () => Transform;
}

/** Length of a gzip header without a name and the like, as servers send it. */
const plainGzipHead = 10;

const gzip: Encoding = {
  decode: (bytes) => {
    try {
      return zlib.gunzipSync(bytes, { ...flushed, ...whole });
    } catch (error) {
      // Node rejects bytes after the end; others ignore them.
      if (error instanceof RangeError || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[3] !== 0) throw error;
      return zlib.inflateRawSync(bytes.subarray(plainGzipHead), { ...flushed, ...whole });
    }
  },
  create: () => zlib.createGunzip(flushed),
};
/** Every encoding of a body that is understood. */
const encodings = new Map<string, Encoding>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  [
    'deflate',
    {
      decode: (bytes) => zlib.inflateSync(bytes, { ...flushed, ...whole }),
      create: () => zlib.createInflate(flushed),
    },
  ],
  [
    'br',
    {
      decode: (bytes) => zlib.brotliDecompressSync(bytes, { ...brotli, ...whole }),
      create: () => zlib.createBrotliDecompress(brotli),
    },
  ],
]);
// Node knows it since 22.15.
if ('createZstdDecompress' in zlib) {
  encodings.set('zstd', {
    decode: (bytes) => zlib.zstdDecompressSync(bytes, { ...zstd, ...whole }),
    create: () => zlib.createZstdDecompress(zstd),
  });
}

/** The encoding by its name in a header, or undefined. */
const encodingOf = (name: string) => encodings.get(name.trim().toLowerCase());

/** True when a stream in that encoding can be read as it comes. */
export const canInflate = (name: string): boolean => encodingOf(name) !== undefined;

/** Remark on a body whose encoding is not among those understood. */
export const unknownEncoding = "uses a content encoding that Loadlens can't decode";

/** Decodes as much as can be decoded. Returns the bytes as they are, with a remark, for an unknown or broken encoding. */
export function decode(bytes: Buffer, name: string, note: Note): Buffer {
  const encoding = encodingOf(name);
  if (encoding === undefined) {
    if (name !== '' && name.trim().toLowerCase() !== 'identity') note(unknownEncoding);
    return bytes;
  }
  try {
    return encoding.decode(bytes);
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    note(
      isTooLarge
        ? `sends compressed bodies of more than ${decodedLimit}`
        : "sends compressed bodies that can't be decoded",
    );
    return bytes;
  }
}

const decodedLimit = `${bodyLimits.decodedBytes / 1_048_576} MiB`;

/** Decodes one body as it comes, off the thread. */
export interface Inflater {
  /** The bytes are valid during the call only. */
  add(bytes: Uint8Array, atMs: number): void;
  /** No more will come: calls back when the last of it is decoded, or could not be. */
  end(done: () => void): void;
  /** Nothing more is wanted; nobody is called back. */
  close(): void;
}

/** Hands over what came out of each piece, with the time when that piece had come. Undefined for an unknown encoding. */
export function createInflater(
  name: string,
  on: { bytes(bytes: Uint8Array, atMs: number): void; error(text: string): void },
): Inflater | undefined {
  const stream = encodingOf(name)?.create();
  if (stream === undefined) return undefined;
  // Pieces are decoded one after the other, and what comes out of one comes before its callback.
  const stampsMs: number[] = [];
  let done: (() => void) | undefined;
  let decodedBytes = 0;
  stream.on('data', (bytes: Uint8Array) => {
    decodedBytes += bytes.byteLength;
    if (decodedBytes <= bodyLimits.decodedBytes) on.bytes(bytes, stampsMs[0] ?? Number.NaN);
    else stream.destroy(new Error(`it is larger than ${decodedLimit}`));
  });
  stream.on('error', (error) => {
    on.error(`The compressed stream can't be decoded: ${error.message}.`);
    done?.();
  });
  stream.on('end', () => done?.());
  return {
    add(bytes, atMs) {
      if (stream.destroyed) return;
      stampsMs.push(atMs);
      stream.write(Buffer.from(bytes), () => stampsMs.shift());
    },
    end(callback) {
      // What follows the end of an encoding ends the stream too.
      if (stream.destroyed || stream.readableEnded) {
        callback();
        return;
      }
      done = callback;
      stream.end();
    },
    close() {
      stream.removeAllListeners();
      stream.on('error', () => {});
      stream.destroy();
    },
  };
}
