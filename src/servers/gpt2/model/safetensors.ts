import { open } from 'node:fs/promises';
import * as v from 'valibot';
import { LoadlensError } from '../../../core/errors.ts';
import { tensorsOf, type Gpt2Config } from './config.ts';
import type { WeightSource } from './weights.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const maxHeaderBytes = 100_000_000;
const bytesPerValue: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Returns the value of an IEEE half-precision number: 5 bits of exponent, 10 of fraction. */
function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function toSingles(dtype: string, data: Buffer<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (dtype === 'F32') return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const words = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  if (dtype === 'F16') return Float32Array.from(words, halfToSingle);
  const bits = Uint32Array.from(words, (word) => word << 16);
  return new Float32Array(bits.buffer);
}

const offset = v.pipe(v.number(), v.integer(), v.minValue(0));
const headerSchema = v.record(
  v.string(),
  v.object({ dtype: v.string(), shape: v.array(offset), data_offsets: v.tuple([offset, offset]) }),
);

/** Returns the entries of the header by tensor name; undefined if the header doesn't fit the file. */
function entriesOf(header: string, dataBytes: number): Map<string, Entry> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(header, (key, value: unknown) => (key === '__metadata__' ? undefined : value));
  } catch {
    return undefined;
  }
  const read = v.safeParse(headerSchema, json);
  if (!read.success) return undefined;
  const entries = new Map<string, Entry>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(read.output)) {
    const [begin, end] = offsets;
    if (end < begin || end > dataBytes) return undefined;
    entries.set(name.replace(/^transformer\./, ''), { dtype, shape, begin, end });
  }
  return entries;
}

/** Opens and checks the model.safetensors of a GPT-2 folder: a length, a JSON header, raw little-endian data. */
export async function openSafetensors(path: string, config: Gpt2Config): Promise<WeightSource> {
  const file = await open(path, 'r');
  const broken = (what: string) =>
    new LoadlensError(`${path} doesn't contain valid GPT-2 weights: ${what}.`, {
      hint: 'Delete it and download it again, or use the model "synthetic".',
    });
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(8);
    await file.read(start, 0, 8, 0);
    const headerBytes = Number(start.readBigUInt64LE());
    if (size < 8 || headerBytes > Math.min(maxHeaderBytes, size - 8)) throw broken('the header is incomplete');
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 8);
    const entries = entriesOf(header.toString('utf8'), size - 8 - headerBytes);
    if (entries === undefined) throw broken('the header is damaged or the file is incomplete');
    for (const { name, shape } of tensorsOf(config)) {
      const entry = entries.get(name);
      if (entry === undefined) throw broken(`tensor ${name} is missing`);
      const width = bytesPerValue[entry.dtype];
      if (width === undefined)
        throw broken(`${name} has the unsupported type ${entry.dtype} (supported: F32, F16, BF16)`);
      const count = shape.reduce((a, b) => a * b, 1);
      if (entry.shape.join() !== shape.join() || entry.end - entry.begin !== count * width)
        throw broken(`${name} has the shape [${entry.shape.join(', ')}], not [${shape.join(', ')}]`);
    }
    return {
      read: async (name) => {
        const entry = entries.get(name);
        if (entry === undefined) throw new Error(`No weight is named ${name}.`);
        const data = Buffer.from(new ArrayBuffer(entry.end - entry.begin));
        const { bytesRead } = await file.read(data, 0, data.length, 8 + headerBytes + entry.begin);
        if (bytesRead !== data.length) throw broken('the file is incomplete');
        return toSingles(entry.dtype, data);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
