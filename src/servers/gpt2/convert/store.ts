import { tensorsOf, type Gpt2Config } from '../model/config.ts';
import type { WeightSource } from '../model/weights.ts';
import { ElementType, type ExternalData } from './onnx.ts';
import { blockSize, quantize4, quantize8, transpose, type Quantized } from './quantize.ts';

/** fp32 is exact, q8 has 8-bit weights, q4 has 4-bit weights and an 8-bit embedding. */
export const dtypes = ['fp32', 'q8', 'q4'] as const;
export type Dtype = (typeof dtypes)[number];

/** A written weight, for the graph. */
export interface Stored {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | ExternalData;
}

/** Writes the bytes of one tensor. Returns their position. */
export type Sink = (data: Uint8Array) => Promise<ExternalData>;

/**
 * The head uses the weights of the embedding, but has its own copy in the file. The runtime repacks the head's copy in memory and
 * frees the file's; of the embedding's, only the rows that are looked up become resident.
 */
export const headWeight = 'head.weight';

/** Smaller tensors are stored in the model file. */
const inlineBytes = 16_384;

const asBytes = (values: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Attention divides scores by the root of the head's width. The query weights include this, which saves a step. */
function scaleQueries(values: Float32Array, config: Gpt2Config): void {
  const factor = 1 / Math.sqrt(config.width / config.heads);
  const row = 3 * config.width;
  for (let start = 0; start < values.length; start += row) {
    for (let i = start; i < start + config.width; i++) values[i] = (values[i] ?? 0) * factor;
  }
}

/** Writes all weights to the sink in a precision, one at a time. */
export async function storeWeights(
  config: Gpt2Config,
  source: WeightSource,
  dtype: Dtype,
  sink: Sink,
  onProgress: (share: number) => void,
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>();
  const store = async (name: string, type: ElementType, shape: readonly number[], data: Uint8Array) =>
    stored.set(name, { type, shape, data: data.length <= inlineBytes ? data : await sink(data) });
  const storeQuantized = async (name: string, shape: readonly number[], { codes, scales }: Quantized) => {
    await store(`${name}.codes`, ElementType.uint8, shape, codes);
    await store(`${name}.scales`, ElementType.float, shape.slice(0, 2), asBytes(scales));
  };
  const tensors = tensorsOf(config);
  let done = 0;
  for (const { name, shape } of tensors) {
    const values = await source.read(name);
    if (name.includes('c_attn')) scaleQueries(values, config);
    const [rows = 0, columns = 0] = shape;
    if (dtype !== 'fp32' && name === 'wte.weight') {
      const quantized = quantize8(values);
      const shape3 = [rows, columns / blockSize, blockSize];
      await storeQuantized(headWeight, shape3, quantized);
      await store(`${name}.codes`, ElementType.uint8, shape3, quantized.codes);
      await store(`${name}.scales`, ElementType.float, [rows, columns / blockSize, 1], asBytes(quantized.scales));
    } else if (dtype !== 'fp32' && name.includes('.c_') && shape.length === 2) {
      const byOutput = transpose(values, rows, columns);
      const bytesPerBlock = dtype === 'q8' ? blockSize : blockSize / 2;
      const quantized = dtype === 'q8' ? quantize8(byOutput) : quantize4(byOutput);
      await storeQuantized(name, [columns, rows / blockSize, bytesPerBlock], quantized);
    } else {
      await store(name, ElementType.float, shape, asBytes(values));
      if (name === 'wte.weight')
        await store(headWeight, ElementType.float, [columns, rows], asBytes(transpose(values, rows, columns)));
    }
    onProgress(++done / tensors.length);
  }
  return stored;
}
