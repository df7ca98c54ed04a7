import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { bodyLimits } from '../../core/values/limits.ts';
import type { Note } from '../transport/server-notes.ts';

// A body may end before its encoding does. The bytes so far are decoded all the same.
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
const flushed = { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
const brotli = { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };
const zstd = { flush: ZSTD_e_flush, finishFlush: ZSTD_e_flush };
const whole = { maxOutputLength: bodyLimits.decodedBytes };

interface Encoding {
  readonly decode: (bytes: Uint8Array) => Buffer;
  readonly create: () => Transform;
}

/** Length of a gzip header without optional fields, as servers send it, bytes. */
const plainGzipHead = 10;

const gzip: Encoding = {
  decode: (bytes) => {
    try {
      return zlib.gunzipSync(bytes, { ...flushed, ...whole });
    } catch (error) {
      // Node rejects bytes after the end; other clients ignore them.
      if (error instanceof RangeError || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[3] !== 0) throw error;
      return zlib.inflateRawSync(bytes.subarray(plainGzipHead), { ...flushed, ...whole });
    }
  },
  create: () => zlib.createGunzip(flushed),
};
/** Supported content encodings. */
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
// Available since Node 22.15.
if ('createZstdDecompress' in zlib) {
  encodings.set('zstd', {
    decode: (bytes) => zlib.zstdDecompressSync(bytes, { ...zstd, ...whole }),
    create: () => zlib.createZstdDecompress(zstd),
  });
}

/** Returns the encoding by its name in a header; undefined if it isn't supported. */
const encodingOf = (name: string) => encodings.get(name.trim().toLowerCase());

/** Returns true if a stream in that encoding can be decoded as it arrives. */
export const canInflate = (name: string): boolean => encodingOf(name) !== undefined;

/** Remark on an unsupported encoding. */
export const unknownEncoding = "uses a content encoding that Loadlens can't decode";

/**
 * Decodes as much as possible. Returns the bytes unchanged, and records a remark, for an unknown or broken encoding.
 */
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

/** Decodes one body as it arrives, outside the sending thread. */
export interface Inflater {
  /** Adds bytes, which are valid during the call only. */
  add(bytes: Uint8Array, atMs: number): void;
  /** Ends the input. Calls back once everything is decoded or has failed. */
  end(done: () => void): void;
  /** Stops without a callback. */
  close(): void;
}

/**
 * Creates a decoder that passes on the output of each piece with that piece's arrival time. Returns undefined for an
 * unknown encoding.
 */
export function createInflater(
  name: string,
  on: { bytes(bytes: Uint8Array, atMs: number): void; error(text: string): void },
): Inflater | undefined {
  const stream = encodingOf(name)?.create();
  if (stream === undefined) return undefined;
  // Pieces are decoded in order, and the output of a piece comes before its callback.
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
      // Bytes after the end of an encoding end the stream, too.
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
