/** Returns the finalizer of MurmurHash3: every input bit changes about half of the output bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Returns a number in [0, 1) for an index. It has no state, so calls may come in any order and from any thread. */
function unitAt(seedA: number, seedB: number, index: number): number {
  const low = Math.imul(index | 0, 0x9e3779b1);
  const high = Math.imul(Math.floor(index / 0x1_0000_0000), 0x27d4eb2f);
  return (mix(mix(low + seedA) + seedB + high) >>> 0) / 0x1_0000_0000;
}

/** Returns a function from an index to a number in [0, 1) that depends only on seed and index. */
export function seededUnits(seed: number): (index: number) => number {
  const seedA = mix(seed + 0x7f4a7c15);
  const seedB = mix(seedA + 0x6c62272e);
  return (index) => unitAt(seedA, seedB, index);
}

/** Returns a standard normal value from two numbers in [0, 1) (Box and Muller). */
export const normalFrom = (a: number, b: number): number => Math.sqrt(-2 * Math.log1p(-a)) * Math.cos(2 * Math.PI * b);

/** Returns the first position whose cumulative weight is above `wanted`. */
function firstAbove(cumulative: Float64Array, wanted: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Returns a function from the index of a request to its target: at random by weight, dependent only on seed and index.
 * @param weights at least one; all > 0
 */
export function targetPicker(weights: readonly number[], seed: number): (index: number) => number {
  if (weights.length === 0) throw new RangeError('targetPicker needs at least one weight');
  const unit = seededUnits(seed);
  const first = weights[0];
  if (weights.every((weight) => weight === first)) {
    return (index) => Math.floor(unit(index) * weights.length);
  }
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, i) => {
    total += weight;
    cumulative[i] = total;
  });
  return (index) => firstAbove(cumulative, unit(index) * total);
}
