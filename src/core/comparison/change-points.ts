import { shiftEstimate } from './estimate.ts';

/** A place in a series from which on the values differ. */
export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly index: number;
  /** Shift from the values before it to those after it: Hodges and Lehmann's estimate, between the neighboring changes. */
  readonly shift: number;
}

/** Minimum number of values on either side of a change. */
export const leastSide = 4;

/** Number of random orders that a change is judged by. */
const orders = 999;
/** Probability of a change in a series without one. */
const falseAlarms = 0.05;

/**
 * Returns the changes in a series, in its order. There is a change if the largest standardized statistic of Mann and
 * Whitney over all splits (Pettitt, "A non-parametric approach to the change-point problem", Applied Statistics 28, 1979)
 * is among the largest 5% of random orders of the same values, which accounts for the number of splits. It is where the
 * values are closest to the medians of both parts, as ranks don't tell a step from a high value before it. Both parts are
 * then searched in turn (binary segmentation), each at half the level. A series in random order has a change in at most
 * 5% of all cases. Values that drift have more.
 * @param values at least 8, otherwise there is no change
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  const indexes = splits(values, { from: 0, to: values.length, level: falseAlarms });
  return indexes.map((index, i) => {
    const [from, to] = [indexes[i - 1] ?? 0, indexes[i + 1] ?? values.length];
    return { index, shift: shiftEstimate(values.slice(from, index), values.slice(index, to), falseAlarms).effect };
  });
}

/** A part of a series, and the probability of a change in it without one. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

function splits(values: readonly number[], { from, to, level }: Part): number[] {
  if (to - from < 2 * leastSide) return [];
  const ranks = midranks(values.slice(from, to));
  const observed = largest(ranks);
  const random = generator(to - from);
  let asLarge = 1;
  for (let i = 0; i < orders; i += 1) {
    shuffle(ranks, random);
    if (largest(ranks) >= observed - 1e-9) asLarge += 1;
  }
  // The observed order counts as one, which keeps the level exact (Phipson and Smyth, 2010).
  if (asLarge > level * (orders + 1)) return [];
  const index = from + closestSplit(values.slice(from, to));
  const half = level / 2;
  return [
    ...splits(values, { from, to: index, level: half }),
    index,
    ...splits(values, { from: index, to, level: half }),
  ];
}

/** Returns ranks from 1; equal values share the mean of theirs. */
function midranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = values.map(() => 0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let i = start; i < end; i += 1) ranks[order[i] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Returns the largest distance of a rank sum from its mean over all splits, in standard deviations. */
function largest(ranks: readonly number[]): number {
  const n = ranks.length;
  let most = 0;
  let sum = 0;
  for (let split = 1; split <= n - leastSide; split += 1) {
    sum += ranks[split - 1] ?? 0;
    if (split < leastSide) continue;
    const deviation = Math.sqrt((split * (n - split) * (n + 1)) / 12);
    most = Math.max(most, Math.abs(sum - (split * (n + 1)) / 2) / deviation);
  }
  return most;
}

/** Returns the split with the smallest absolute deviations from the medians of both parts. */
function closestSplit(values: readonly number[]): number {
  let best = { split: leastSide, deviation: Infinity };
  for (let split = leastSide; split <= values.length - leastSide; split += 1) {
    const deviation = deviationOf(values.slice(0, split)) + deviationOf(values.slice(split));
    if (deviation < best.deviation) best = { split, deviation };
  }
  return best.split;
}

/** Returns the sum of the absolute deviations from the median. */
function deviationOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return values.reduce((sum, value) => sum + Math.abs(value - median), 0);
}

/** Returns numbers in [0, 1) (mulberry32), always the same, so that a series has the same changes each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Puts values in a random order (Fisher and Yates). */
function shuffle(values: number[], random: () => number): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const other = Math.floor(random() * (i + 1));
    [values[i], values[other]] = [values[other] ?? 0, values[i] ?? 0];
  }
}
