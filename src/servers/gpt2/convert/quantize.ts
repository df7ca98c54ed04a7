/** Number of weights per scale. With 64, results don't depend on the batch. */
export const blockSize = 64;

/** Weights for MatMulNBits and GatherBlockQuantized: value = (code − 2^(bits−1)) × scale of its block. */
export interface Quantized {
  /** Row by row; for 4 bits, two codes per byte, the first in the low half. */
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Returns [rows, columns] as [columns, rows], in tiles that fit the processor's cache. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  const tile = 32;
  for (let r0 = 0; r0 < rows; r0 += tile) {
    const r1 = Math.min(rows, r0 + tile);
    for (let c0 = 0; c0 < columns; c0 += tile) {
      const c1 = Math.min(columns, c0 + tile);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) result[c * rows + r] = values[r * columns + c] ?? 0;
      }
    }
  }
  return result;
}

/** Returns the value of largest magnitude in a block, with its sign. */
function extreme(values: Float32Array, from: number): number {
  let low = 0;
  let high = 0;
  for (let i = from; i < from + blockSize; i++) {
    const value = values[i] ?? 0;
    if (value > high) high = value;
    else if (value < low) low = value;
  }
  return high > -low ? high : low;
}

/** Returns 8-bit weights, symmetric around 128. The length is a multiple of the block size. */
export function quantize8(values: Float32Array): Quantized {
  const codes = new Uint8Array(values.length);
  const scales = new Float32Array(values.length / blockSize);
  for (let block = 0; block < scales.length; block++) {
    const from = block * blockSize;
    const scale = Math.fround(Math.abs(extreme(values, from)) / 127);
    const inverse = scale === 0 ? 0 : 1 / scale;
    scales[block] = scale;
    // All sums are positive, so adding a half and truncating is rounding.
    for (let i = from; i < from + blockSize; i++) codes[i] = ((values[i] ?? 0) * inverse + 128.5) | 0;
  }
  return { codes, scales };
}

const code4 = (value: number, inverse: number) => Math.min(15, (value * inverse + 8.5) | 0);

/** Returns 4-bit weights around 8. The value of largest magnitude gets code 0, the one farthest from 8. */
export function quantize4(values: Float32Array): Quantized {
  const codes = new Uint8Array(values.length / 2);
  const scales = new Float32Array(values.length / blockSize);
  for (let block = 0; block < scales.length; block++) {
    const from = block * blockSize;
    const scale = Math.fround(extreme(values, from) / -8);
    const inverse = scale === 0 ? 0 : 1 / scale;
    scales[block] = scale;
    for (let i = from; i < from + blockSize; i += 2) {
      const low = code4(values[i] ?? 0, inverse);
      const high = code4(values[i + 1] ?? 0, inverse);
      codes[i >> 1] = low | (high << 4);
    }
  }
  return { codes, scales };
}
