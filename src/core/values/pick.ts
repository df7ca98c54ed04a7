/** The finalizer of MurmurHash3: every input bit changes about half of the output bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A number in [0, 1) for each index, by hashing alone: no state, so calls may come in any order and from any worker. */
function unitAt(seedA: number, seedB: number, index: number): number {
  const low = Math.imul(index | 0, 0x9e3779b1);
  const high = Math.imul(Math.floor(index / 0x1_0000_0000), 0x27d4eb2f);
  return (mix(mix(low + seedA) + seedB + high) >>> 0) / 0x1_0000_0000;
}

/** A number in [0, 1) for each index, from a seed alone: the same for whoever asks, in whatever order. */
export function seededUnits(seed: number): (index: number) => number {
  const seedA = mix(seed + 0x7f4a7c15);
  const seedB = mix(seedA + 0x6c62272e);
  return (index) => unitAt(seedA, seedB, index);
}

/** The first position whose cumulative weight lies above `wanted`. */
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
 * Which target the request with a given index gets: at random, by weight, from a seed. The same seed gives the same sequence,
 * whoever asks and in whatever order. Weights are > 0; at least one.
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
