import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Transform } from 'node:stream';
import {
  brotliDecompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  gunzipSync,
  inflateSync,
} from 'node:zlib';
import * as fc from 'fast-check';
import { createInflater } from '../../../src/engine/answers/encoding.ts';

const zlib = { finishFlush: constants.Z_SYNC_FLUSH };
const brotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH };
const encodings = {
  gzip: { create: createGzip, flush: constants.Z_SYNC_FLUSH, decode: (bytes: Buffer) => gunzipSync(bytes, zlib) },
  deflate: {
    create: createDeflate,
    flush: constants.Z_SYNC_FLUSH,
    decode: (bytes: Buffer) => inflateSync(bytes, zlib),
  },
  br: {
    create: createBrotliCompress,
    flush: constants.BROTLI_OPERATION_FLUSH,
    decode: (bytes: Buffer) => brotliDecompressSync(bytes, brotli),
  },
} as const;

/** A text compressed as a server does that flushes after each event. */
async function compressed(name: keyof typeof encodings, events: readonly string[]): Promise<Buffer> {
  const { create, flush } = encodings[name];
  const stream: Transform & { flush(kind: number, done: () => void): void } = create();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  for (const event of events) {
    stream.write(event);
    await new Promise<void>((resolve) => stream.flush(flush, resolve));
  }
  stream.end();
  await once(stream, 'end');
  return Buffer.concat(parts);
}

interface Inflated {
  readonly pieces: readonly { readonly text: string; readonly atMs: number }[];
  readonly errors: readonly string[];
}

/** Inflates pieces whose stamps are their numbers. */
async function inflated(name: string, pieces: readonly Uint8Array[]): Promise<Inflated> {
  const outcome = { pieces: [] as { text: string; atMs: number }[], errors: [] as string[] };
  const inflater = createInflater(name, {
    bytes: (bytes, atMs) => outcome.pieces.push({ text: Buffer.from(bytes).toString('latin1'), atMs }),
    error: (text) => outcome.errors.push(text),
  });
  assert.ok(inflater);
  for (const [i, piece] of pieces.entries()) {
    // The buffer is the transport's own and is used again.
    const lent = Uint8Array.from(piece);
    inflater.add(lent, i);
    lent.fill(0);
  }
  await new Promise<void>((resolve) => inflater.end(resolve));
  return outcome;
}

const events = Array.from({ length: 12 }, (_, i) => `data: {"n":${i},"text":"${'word '.repeat(i)}"}\n\n`);

describe('a compressed stream', () => {
  for (const name of ['gzip', 'deflate', 'br'] as const) {
    it(`with ${name} is stamped with the time of the piece that completed it, for any division into pieces`, async () => {
      const bytes = await compressed(name, events);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 30 }), async (cuts) => {
          const ends = [...new Set(cuts)].toSorted((a, b) => a - b).concat(bytes.length);
          const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
          const { pieces: out, errors } = await inflated(name, pieces);
          assert.deepEqual(errors, []);
          assert.equal(out.map(({ text }) => text).join(''), events.join(''));
          // How much had come out after each piece, against what the bytes so far decode to at once.
          let length = 0;
          const lengths = new Map<number, number>();
          for (const { text, atMs } of out) lengths.set(atMs, (length += text.length));
          let before = 0;
          for (const [i, end] of ends.entries()) {
            const expected = decodedLength(name, bytes.subarray(0, end));
            if (expected > before) assert.equal(lengths.get(i), expected, `piece ${i}`);
            else assert.equal(lengths.has(i), false, `nothing new in piece ${i}`);
            before = expected;
          }
        }),
        { numRuns: 40 },
      );
    });
  }

  it("with an unknown encoding isn't decompressed", () => {
    assert.equal(createInflater('identity', { bytes: assert.fail, error: assert.fail }), undefined);
  });

  it('with invalid data is an error, and the rest is ignored', async () => {
    const { errors } = await inflated('gzip', [Buffer.from('no gzip'), Buffer.from('more')]);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /can't be decoded: incorrect header check\./);
  });

  it('that stops early or has zeros after its end is read as far as possible', async () => {
    const bytes = await compressed('gzip', events);
    for (const cut of [bytes.subarray(0, bytes.length - 12), Buffer.concat([bytes, Buffer.alloc(8)])]) {
      const { pieces, errors } = await inflated('gzip', [cut]);
      assert.deepEqual(errors, []);
      assert.equal(pieces.map(({ text }) => text).join(''), events.join(''));
    }
  });
});

function decodedLength(name: keyof typeof encodings, bytes: Buffer): number {
  try {
    return encodings[name].decode(bytes).length;
  } catch {
    return 0;
  }
}
