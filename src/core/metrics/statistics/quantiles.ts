import type { QuantileName } from '../types.ts';

/** Share of samples below each named quantile. */
export const quantileShares: Readonly<Record<QuantileName, number>> = {
  median: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

/** Confidence of every interval. */
const confidence = 0.95;

/** Values in ascending order, accessible by rank from 1 to `count`. */
export interface Ranked {
  readonly count: number;
  at(rank: number): number;
}

/** Ranks (from 1) of the order statistics that enclose a quantile. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
}

/** Returns raw samples by rank; `sorted` must be in ascending order. */
export function rankedSamples(sorted: ArrayLike<number>): Ranked {
  return { count: sorted.length, at: (rank) => sorted[rank - 1] ?? Number.NaN };
}

/**
 * Returns the quantile by linear interpolation between the two nearest ranks (Hyndman & Fan, type 7); null without
 * samples.
 */
export function quantile(values: Ranked, share: number): number | null {
  if (values.count === 0) return null;
  const position = (values.count - 1) * share;
  const below = Math.floor(position);
  const fraction = position - below;
  const low = values.at(below + 1);
  return fraction === 0 ? low : low + (values.at(below + 2) - low) * fraction;
}

/**
 * Returns the ranks of the distribution-free 95% interval of a quantile. With B ~ Binomial(count, share), the true
 * quantile lies between the order statistics `low` and `high` with probability P(low <= B < high). Each side gets at
 * most 2.5%; if the largest or smallest sample leaves more than that, the other side gets the rest of the 5%. Returns
 * undefined if the whole range doesn't reach 95%; see `leastCount`.
 */
export function intervalRanks(count: number, share: number): RankInterval | undefined {
  const left = 1 - confidence;
  if (count < 1 || 1 - outside(count, share) < confidence) return undefined;
  const { first, weights, total } = binomial(count, share);

  // The largest rank with P(B < rank) <= 2.5 %, the smallest with P(B >= rank) <= 2.5 %.
  let low = rankBelow(first, weights, (total * left) / 2);
  let high = rankAbove(first, weights, (total * left) / 2);
  if (low < 1) {
    low = 1;
    high = rankAbove(first, weights, total * (left - (1 - share) ** count));
  } else if (high > count) {
    high = count;
    low = rankBelow(first, weights, total * (left - share ** count));
  }
  return { low: Math.max(low, 1), high: Math.min(high, count) };
}

/**
 * Returns the smallest number of samples for which `intervalRanks` returns an interval. With fewer, a quantile isn't
 * reliable.
 */
export function leastCount(share: number): number {
  let count = Math.max(1, Math.floor(Math.log(1 - confidence) / Math.log(Math.max(share, 1 - share))));
  while (1 - outside(count, share) < confidence) count++;
  return count;
}

/** Returns the probability that a quantile lies outside the range of `count` samples. */
function outside(count: number, share: number): number {
  return share ** count + (1 - share) ** count;
}

/**
 * Returns Binomial(count, share) as weights around its mode, up to the common factor `total`. Ratios of neighbors are
 * exact, so neither factorials nor logarithms are needed. Omitted terms weigh less than 1e-18 of the mode. About 18
 * standard deviations of terms: 9,000 for a million samples.
 */
function binomial(count: number, share: number): { first: number; weights: readonly number[]; total: number } {
  const odds = share / (1 - share);
  const mode = Math.min(count, Math.floor((count + 1) * share));
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0 && weight > 1e-18; k--) {
    weight *= k / ((count - k + 1) * odds);
    below.push(weight);
  }
  const weights = below.toReversed();
  weights.push(1);
  for (let k = mode, weight = 1; k < count && weight > 1e-18; k++) {
    weight *= ((count - k) * odds) / (k + 1);
    weights.push(weight);
  }
  let total = 0;
  for (const weight of weights) total += weight;
  return { first: mode - below.length, weights, total };
}

/** Returns the largest rank whose lower tail, Σ weight(k < rank), is at most `allowed`. */
function rankBelow(first: number, weights: readonly number[], allowed: number): number {
  let sum = 0;
  let index = 0;
  for (; index < weights.length; index++) {
    sum += weights[index] ?? 0;
    if (sum > allowed) break;
  }
  return first + index;
}

/** Returns the smallest rank whose upper tail, Σ weight(k >= rank), is at most `allowed`. */
function rankAbove(first: number, weights: readonly number[], allowed: number): number {
  let sum = 0;
  let index = weights.length - 1;
  for (; index >= 0; index--) {
    sum += weights[index] ?? 0;
    if (sum > allowed) break;
  }
  return first + index + 1;
}
