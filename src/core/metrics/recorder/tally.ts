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
 * Values of one metric as they come in. Count, mean, spread and extremes are exact (Welford); quantiles come from the raw
 * samples as long as `raw` is kept, from the histogram afterwards. Without both there are no quantiles.
 */
export interface Tally {
  count: number;
  mean: number;
  /** Σ (value − mean)². */
  squares: number;
  min: number;
  max: number;
  /** The first `count` places are filled; null: dropped. */
  raw: Float64Array | null;
  /** Raw samples are dropped when there are more. */
  rawLimit: number;
  /** Null until it is needed. */
  histogram: Histogram | null;
}

/** Rank intervals by count and quantile; one for many distributions of the same size. */
export type RankTable = (count: number) => Readonly<Record<QuantileName, RankInterval | undefined>>;

const nothing = new Float64Array(0);

/** An empty tally. `live`: the histogram is kept from the start, for quantiles at any moment without a sort. */
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

/** Takes in `values[index]`. On the hot path of the engine: no allocation beside the doubling of `raw`, see countValue. */
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
      // The histogram takes over, this value included when it had none so far.
      const known = tally.histogram !== null;
      dropRaw(tally);
      if (!known) return;
    }
  }
  if (tally.histogram !== null) countValue(tally.histogram, values, index);
}

/** From now on raw samples are dropped past `rawLimit`. */
export function limitTally(tally: Tally, rawLimit: number): void {
  tally.rawLimit = rawLimit;
  if (tally.count > rawLimit) dropRaw(tally);
}

function dropRaw(tally: Tally): void {
  tally.histogram ??= histogramOf(tally);
  tally.raw = null;
}

/**
 * All as one. Up to `rawLimit` values their raw samples are kept, when every tally has its own; the histogram, when every
 * tally has one or it is needed. None of them is changed or becomes a part of the result.
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

/** The values by rank: raw samples sorted when they are kept and `exact` is wanted, the histogram otherwise. */
export function rankedValues(tally: Tally, exact: boolean): Ranked {
  if (tally.count === 0 || hasNoValues(tally)) return rankedSamples([]);
  if (tally.raw !== null && (exact || tally.histogram === null)) return rankedSamples(samplesOf(tally).toSorted());
  return rankedCounts(tally.histogram ?? histogramOf(tally), tally.min, tally.max);
}

const hasNoValues = ({ raw, histogram }: Tally): boolean => raw === null && histogram === null;

/** The statistics of a tally, whose values are `ranked`. */
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

/** A table that works every count out once. */
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

/** A histogram of the values, which are kept raw. */
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
