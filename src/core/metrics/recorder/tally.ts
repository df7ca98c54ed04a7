import { addCounts, countValue, createHistogram, rankedCounts, threeDigits, type Histogram } from './histogram.ts';
import {
  intervalRanks,
  quantile,
  quantileShares,
  rankedSamples,
  type RankInterval,
  type Ranked,
} from '../statistics/quantiles.ts';
import { quantileNames, type Distribution, type QuantileName } from '../types.ts';

/**
 * Values of one metric as they arrive. Count, mean, spread, and extremes are exact (Welford). Quantiles come from the
 * raw samples while `raw` is kept, and from the histogram afterwards. Without both there are no quantiles.
 */
export interface Tally {
  count: number;
  mean: number;
  /** Σ (value − mean)². */
  squares: number;
  min: number;
  max: number;
  /** The first `count` places are used; null once dropped. */
  raw: Float64Array | null;
  /** Number of values above which raw samples are dropped. */
  rawLimit: number;
  /** Null until needed. */
  histogram: Histogram | null;
}

/** Returns rank intervals by count and quantile, shared by distributions of the same size. */
export type RankTable = (count: number) => Readonly<Record<QuantileName, RankInterval | undefined>>;

const nothing = new Float64Array(0);

/**
 * Creates an empty tally.
 * @param live keeps a histogram from the start, for quantiles at any time without sorting
 */
export function createTally(rawLimit: number, live: boolean): Tally {
  return {
    count: 0,
    mean: 0,
    squares: 0,
    min: Infinity,
    max: -Infinity,
    raw: nothing,
    rawLimit,
    histogram: live ? createHistogram(threeDigits) : null,
  };
}

/** Adds `values[index]`. On the engine's hot path, so it allocates nothing but a larger `raw`; see `countValue`. */
export function addValue(tally: Tally, values: Float64Array, index: number): void {
  const value = values[index] ?? 0;
  const count = tally.count + 1;
  tally.count = count;
  const delta = value - tally.mean;
  tally.mean += delta / count;
  tally.squares += delta * (value - tally.mean);
  if (value < tally.min) tally.min = value;
  if (value > tally.max) tally.max = value;
  if (tally.raw !== null) {
    if (count > tally.raw.length) grow(tally, tally.raw);
    tally.raw[count - 1] = value;
    if (count > tally.rawLimit) {
      // The histogram takes over. If it is new, it already includes this value.
      const known = tally.histogram !== null;
      dropRaw(tally);
      if (!known) return;
    }
  }
  if (tally.histogram !== null) countValue(tally.histogram, values, index);
}

/** Drops raw samples past `rawLimit` from now on. */
export function limitTally(tally: Tally, rawLimit: number): void {
  tally.rawLimit = rawLimit;
  if (tally.count > rawLimit) dropRaw(tally);
}

function dropRaw(tally: Tally): void {
  tally.histogram ??= histogramOf(tally);
  tally.raw = null;
}

/**
 * Merges tallies. Keeps raw samples up to `rawLimit` values if every tally has them, and a histogram if every tally has
 * one or it is needed. Changes none of them, and the result shares nothing with them.
 */
export function mergeTallies(tallies: readonly Tally[], rawLimit: number): Tally {
  const filled = tallies.filter(({ count }) => count > 0);
  const merged = createTally(rawLimit, false);
  for (const { count, mean, squares, min, max } of filled) {
    const before = merged.count;
    const delta = mean - merged.mean;
    merged.count += count;
    merged.mean += (delta * count) / merged.count;
    merged.squares += squares + (delta * delta * before * count) / merged.count;
    merged.min = Math.min(merged.min, min);
    merged.max = Math.max(merged.max, max);
  }
  if (filled.some(hasNoValues)) return { ...merged, raw: null };
  const exact = merged.count <= rawLimit && filled.every(({ raw }) => raw !== null);
  merged.raw = exact ? joined(filled, merged.count) : null;
  if (!exact || filled.every(({ histogram }) => histogram !== null)) {
    merged.histogram = createHistogram(threeDigits);
    for (const tally of filled) addCounts(merged.histogram, tally.histogram ?? histogramOf(tally));
  }
  return merged;
}

/** Returns the values by rank: the sorted raw samples if they are kept and `exact` is set, otherwise the histogram. */
export function rankedValues(tally: Tally, exact: boolean): Ranked {
  if (tally.count === 0 || hasNoValues(tally)) return rankedSamples([]);
  if (tally.raw !== null && (exact || tally.histogram === null)) return rankedSamples(samplesOf(tally).toSorted());
  return rankedCounts(tally.histogram ?? histogramOf(tally), tally.min, tally.max);
}

const hasNoValues = ({ raw, histogram }: Tally): boolean => raw === null && histogram === null;

/** Returns the statistics of a tally with the values `ranked`. */
export function distributionOf(tally: Tally, ranked: Ranked, table: RankTable): Distribution {
  const empty = tally.count === 0;
  const ranks = table(ranked.count);
  const quantiles = { median: null, p90: null, p95: null, p99: null, p999: null } as Record<
    QuantileName,
    number | null
  >;
  const interval95 = { median: null, p90: null, p95: null, p99: null, p999: null } as Record<
    QuantileName,
    readonly [number, number] | null
  >;
  for (const name of quantileNames) {
    quantiles[name] = quantile(ranked, quantileShares[name]);
    const interval = ranks[name];
    if (interval !== undefined) interval95[name] = [ranked.at(interval.low), ranked.at(interval.high)];
  }
  return {
    count: tally.count,
    min: empty ? null : tally.min,
    mean: empty ? null : tally.mean,
    ...quantiles,
    max: empty ? null : tally.max,
    stdev: tally.count < 2 ? null : Math.sqrt(tally.squares / (tally.count - 1)),
    interval95,
  };
}

/** Creates a table that computes each count once. */
export function createRankTable(): RankTable {
  const known = new Map<number, Record<QuantileName, RankInterval | undefined>>();
  return (count) => {
    let row = known.get(count);
    if (row === undefined) {
      row = {
        median: intervalRanks(count, quantileShares.median),
        p90: intervalRanks(count, quantileShares.p90),
        p95: intervalRanks(count, quantileShares.p95),
        p99: intervalRanks(count, quantileShares.p99),
        p999: intervalRanks(count, quantileShares.p999),
      };
      known.set(count, row);
    }
    return row;
  };
}

function joined(tallies: readonly Tally[], count: number): Float64Array {
  const raw = new Float64Array(count);
  let filled = 0;
  for (const tally of tallies) {
    raw.set(samplesOf(tally), filled);
    filled += tally.count;
  }
  return raw;
}

function samplesOf(tally: Tally): Float64Array {
  return tally.raw?.subarray(0, tally.count) ?? nothing;
}

/** Returns a histogram of the raw values. */
export function histogramOf(tally: Tally): Histogram {
  const histogram = createHistogram(threeDigits);
  const samples = samplesOf(tally);
  for (let index = 0; index < samples.length; index++) countValue(histogram, samples, index);
  return histogram;
}

function grow(tally: Tally, full: Float64Array): void {
  const larger = new Float64Array(Math.min(Math.max(full.length * 2, 8), tally.rawLimit + 1));
  larger.set(full);
  tally.raw = larger;
}
