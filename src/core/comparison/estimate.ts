/** An effect with its interval; both on the scale of the values, a shift of logarithms for ratios. */
export interface Estimate {
  readonly effect: number;
  /** Null when there are too few values for an interval at that level. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Two-sided p-value of no effect, exact. */
  readonly p: number;
}

/**
 * Returns the effect of paired differences: Hodges and Lehmann's estimate, the median of the means of all pairs of
 * differences, with the exact interval of Wilcoxon's signed-rank test. Six differences are needed at a level of 0.05.
 * @param level two-sided level of the interval, such as 0.05
 */
export function pairedEstimate(differences: readonly number[], level: number): Estimate {
  const n = differences.length;
  const means: number[] = [];
  let positive = 0;
  for (let i = 0; i < n; i += 1) {
    for (let k = i; k < n; k += 1) {
      const mean = ((differences[i] ?? 0) + (differences[k] ?? 0)) / 2;
      means.push(mean);
      positive += mean > 0 ? 1 : mean === 0 ? 0.5 : 0;
    }
  }
  return estimateOf(means, positive, signedRankCounts(n), level);
}

/**
 * Returns the shift from `a` to `b`: Hodges and Lehmann's estimate, the median of all differences b − a, with the exact
 * interval of the test of Mann and Whitney. Four values a side are needed at a level of 0.05.
 * @param level two-sided level of the interval, such as 0.05
 */
export function shiftEstimate(a: readonly number[], b: readonly number[], level: number): Estimate {
  const differences = a.flatMap((x) => b.map((y) => y - x));
  const positive = differences.reduce((sum, d) => sum + (d > 0 ? 1 : d === 0 ? 0.5 : 0), 0);
  return estimateOf(differences, positive, rankSumCounts(a.length, b.length), level);
}

/**
 * Returns the median with its exact interval. Both tests count the values above 0, whose distribution without an effect is known:
 * the interval is the range left after the level's share of values is cut off at either end.
 */
function estimateOf(values: readonly number[], positive: number, counts: Float64Array, level: number): Estimate {
  const sorted = values.toSorted((x, y) => x - y);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let cut = -1;
  for (let tail = 0, k = 0; k < counts.length; k += 1) {
    tail += counts[k] ?? 0;
    if (tail > (total * level) / 2) break;
    cut = k;
  }
  const low = sorted[cut];
  const high = sorted[sorted.length - 1 - cut];
  return {
    effect: medianOf(sorted),
    interval: cut < 0 || low === undefined || high === undefined ? null : [low, high],
    p: twoSided(positive, counts, total),
  };
}

/** Returns the two-sided p-value. A tie lies between two counts; the one nearer to the middle gives the larger p-value. */
function twoSided(positive: number, counts: Float64Array, total: number): number {
  const last = counts.length - 1;
  const lower = Math.min(Math.ceil(Math.min(positive, last - positive)), Math.floor(last / 2));
  let tail = 0;
  for (let k = 0; k <= lower; k += 1) tail += counts[k] ?? 0;
  return Math.min(1, (2 * tail) / total);
}

/** Returns the median of values in ascending order; NaN for none. */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}

/** Returns how many of the 2ⁿ signs of n ranks have each sum of positive ranks. */
function signedRankCounts(n: number): Float64Array {
  const most = (n * (n + 1)) / 2;
  const counts = new Float64Array(most + 1);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    for (let sum = most; sum >= rank; sum -= 1) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
}

/** Returns how many orders of two samples have each value of Mann and Whitney's U: the coefficients of a Gaussian binomial. */
function rankSumCounts(n: number, m: number): Float64Array {
  const most = n * m;
  let counts = new Float64Array(most + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i += 1) {
    // Times (1 − q^(m+i)), then divided by (1 − q^i).
    const next = Float64Array.from(counts);
    for (let k = most; k >= m + i; k -= 1) next[k] = (next[k] ?? 0) - (next[k - m - i] ?? 0);
    for (let k = i; k <= most; k += 1) next[k] = (next[k] ?? 0) + (next[k - i] ?? 0);
    counts = next;
  }
  return counts;
}
