import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzipSync,
  inflateSync,
} from 'node:zlib';

/** What a body that is decoded as a whole may grow to. */
const maxDecodedBytes = 1 << 20;
// A body may end before its encoding does: what there was of it is read all the same.
const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const brotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };
const whole = { maxOutputLength: maxDecodedBytes };

const gzip = {
  decode: (bytes: Uint8Array) => gunzipSync(bytes, { ...zlib, ...whole }),
  create: () => createGunzip(zlib),
};
/** Every encoding of a body that is understood. */
const encodings = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  [
    'deflate',
    { decode: (bytes: Uint8Array) => inflateSync(bytes, { ...zlib, ...whole }), create: () => createInflate(zlib) },
  ],
  [
    'br',
    {
      decode: (bytes: Uint8Array) => brotliDecompressSync(bytes, { ...brotli, ...whole }),
      create: () => createBrotliDecompress(brotli),
    },
  ],
]);

/** The encoding by its name in a header, or undefined. */
const encodingOf = (name: string) => encodings.get(name.trim().toLowerCase());

/** True when a stream in that encoding can be read as it comes. */
export const canInflate = (name: string): boolean => encodingOf(name) !== undefined;

/** As much as can be decoded; the bytes as they are for an unknown or broken encoding. */
export function decode(bytes: Buffer, name: string): Buffer {
  try {
    return encodingOf(name)?.decode(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}

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
  stream.on('data', (bytes: Uint8Array) => on.bytes(bytes, stampsMs[0] ?? Number.NaN));
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
