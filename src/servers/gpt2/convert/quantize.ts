/** How many weights share one scale. With 64 the result of a request does not depend on who else is in the batch. */
export const blockSize = 64;

/** Weights as MatMulNBits and GatherBlockQuantized take them: value = (code − 2^(bits−1)) × scale of its block. */
export interface Quantized {
  /** Row by row; two codes a byte for 4 bits, the first in the low half. */
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** [rows, columns] to [columns, rows], in tiles that stay in the cache. */
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

/** The value of largest magnitude in a block, with its sign. */
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

/** 8 bits, symmetric around 128. The length is a multiple of the block size. */
export function quantize8(values: Float32Array): Quantized {
  const codes = new Uint8Array(values.length);
  const scales = new Float32Array(values.length / blockSize);
  for (let block = 0; block < scales.length; block++) {
    const from = block * blockSize;
    const scale = Math.fround(Math.abs(extreme(values, from)) / 127);
    const inverse = scale === 0 ? 0 : 1 / scale;
    scales[block] = scale;
    // All sums are positive, so cutting off the fraction after adding a half is rounding.
    for (let i = from; i < from + blockSize; i++) codes[i] = ((values[i] ?? 0) * inverse + 128.5) | 0;
  }
  return { codes, scales };
}

const code4 = (value: number, inverse: number) => Math.min(15, (value * inverse + 8.5) | 0);

/** 4 bits around 8. The value of largest magnitude gets the code 0, which is the one with the greater reach. */
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
