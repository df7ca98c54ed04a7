import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import { countBelow, valueAt } from './recorder/histogram.ts';
import type { precisionResultSchema } from './schemas/precision-schema.ts';
import { studentQuantile } from './statistics/normal.ts';
import { addWatchedValues, createWatched, type TimelineTally } from './timeline.ts';

/** Which number of the watched times is estimated: their number per second, their mean, or the quantile of a share. */
export type WatchedStatistic = 'rate' | 'mean' | { readonly quantile: number };

/** How precisely a number is known. */
export interface Precision {
  /** In ms, or per second for a rate. */
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  /** Distance of the farther end of the interval from the value, as a share of the value: 0.05 is ±5%. */
  readonly share: number;
  /** Number of values behind it. */
  readonly count: number;
}

/** Whether a run reached its precision. */
export type PrecisionResult = Frozen<v.InferOutput<typeof precisionResultSchema>>;

/** Batches are at most a twentieth of the run. */
const fewestBatches = 20;
/** Minimum number of values, and of values beyond a quantile on either side. */
const leastValues = 200;
const leastBeyond = 20;

/** Returns the smallest number of values from which a precision is known. */
const leastWatched = (statistic: WatchedStatistic): number =>
  typeof statistic === 'string'
    ? leastValues
    : Math.max(leastValues, Math.ceil(leastBeyond / Math.min(statistic.quantile, 1 - statistic.quantile) - 1e-9));

/**
 * Returns how precisely a number of a run is known. Requests depend on their neighbors, but batches of up to a twentieth of
 * a run hardly do, so the variance between batches shows what a request is worth. Batches overlap, which uses the same data
 * better (Meketon and Schmeiser, 1984).
 *
 * A mean or a rate gets a Student's t interval. A quantile gets the order statistics for its effective sample size: the
 * number of independent requests for which the share of values below the quantile varies as much as between the batches.
 * @param fromMs start of the part that counts, ms from the start of the clock
 * @param toMs its end; slices that aren't complete by then are left out
 * @param level probability that the interval misses, such as 0.05
 * @returns null with too few values or slices
 */
export function precisionOf(
  timeline: TimelineTally,
  statistic: WatchedStatistic,
  fromMs: number,
  toMs: number,
  level: number,
): Precision | null {
  const { widthMs } = timeline;
  const first = Math.ceil(fromMs / widthMs - 1e-9);
  const end = Math.floor(toMs / widthMs + 1e-9);
  const each = Math.floor((end - first) / fewestBatches);
  if (each < 1) return null;
  const slices = Array.from({ length: end - first }, (_, index) => timeline.slices[first + index]?.watched);
  const counts = slices.map((slice) => slice?.count ?? 0);
  const count = sumOf(counts);
  if (count < leastWatched(statistic)) return null;
  const batches = slices.length / each;
  // Overlapping batches have about 1.5 times the degrees of freedom.
  const t = studentQuantile(1 - level / 2, 1.5 * (batches - 1));
  if (typeof statistic === 'string') {
    const isRate = statistic === 'rate';
    const sums = isRate ? counts : slices.map((slice) => slice?.sumMs ?? 0);
    const divisor = isRate ? slices.length : count;
    const mean = sumOf(sums) / divisor;
    const deviations = sums.map((sum, index) => sum - mean * (isRate ? 1 : (counts[index] ?? 0)));
    const half = (t * Math.sqrt(spreadOf(deviations, each))) / divisor;
    return precision(mean, [mean - half, mean + half], count, isRate ? 1_000 / widthMs : 1);
  }
  const share = statistic.quantile;
  const all = createWatched();
  for (const slice of slices) if (slice) addWatchedValues(all, slice);
  const value = valueAt(all.values, share * count);
  const variance = share * (1 - share);
  const deviations = slices.map((slice) => (slice ? countBelow(slice.values, value) - share * slice.count : 0));
  const effective = (count * count * variance) / spreadOf(deviations, each);
  // Ranks of the binomial distribution, with its skewness (Cornish and Fisher).
  const skew = ((t * t - 1) * (1 - 2 * share)) / 6 / effective;
  const half = t * Math.sqrt(variance / effective);
  const low = share + skew - half;
  const high = share + skew + half;
  if (low < 0 || high > 1) return null;
  return precision(value, [valueAt(all.values, low * count), valueAt(all.values, high * count)], count);
}

function precision(value: number, [low, high]: readonly [number, number], count: number, factor = 1): Precision | null {
  if (!(value > 0)) return null;
  return {
    value: value * factor,
    interval: [low * factor, high * factor],
    share: Math.max(high - value, value - low) / value,
    count,
  };
}

/**
 * Returns the variance of the sum of slices from their deviations, whose sum is 0.
 * @param each number of slices in a batch
 */
function spreadOf(deviations: readonly number[], each: number): number {
  const { length } = deviations;
  let batch = sumOf(deviations.slice(0, each));
  let squares = batch ** 2;
  for (let end = each; end < length; end++) {
    batch += (deviations[end] ?? 0) - (deviations[end - each] ?? 0);
    squares += batch ** 2;
  }
  return ((length / each) * squares * length) / (length - each + 1) / (length - each);
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
