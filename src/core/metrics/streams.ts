import { latencyBinsOf } from './bins.ts';
import {
  addValue,
  createTally,
  distributionOf,
  limitTally,
  mergeTallies,
  rankedValues,
  type RankTable,
  type Tally,
} from './recorder/tally.ts';
import { time, type Times } from './times.ts';
import type { Distribution, LatencyBins, Numbers, Sample, StreamNumbers, StreamSample, UserSpeed } from './types.ts';

/** Number of chunks in a run up to which quantiles are exact. */
const exactChunks = 1_000_000;
/** Number of chunks per target up to which quantiles are exact. */
const exactChunksPerTarget = 10_000;

/** Tallies of streamed responses. Sets of requests without any have none. */
export interface StreamTally {
  whole: number;
  partial: number;
  partialChunks: number;
  readonly ttft: Tally;
  readonly icl: Tally;
  readonly tpot: Tally;
  /** Streams with a TPOT above 0, and Σ 1 / TPOT over them, per ms. */
  speeds: number;
  speedSum: number;
  readonly e2e: Tally;
  readonly stall: Tally;
}

/** Maximum times of one request besides its latency, ms; absent: no limit. */
export interface RequestLimitsMs {
  /** From its scheduled time to its end. */
  readonly response?: number;
  readonly ttfb?: number;
  readonly ttft?: number;
  /** Mean time between its chunks. */
  readonly icl?: number;
  readonly tpot?: number;
  readonly e2e?: number;
  /** Longest time between its chunks. */
  readonly stall?: number;
}

/** Returns whether a request meets its limits. A response without a stream meets no limit of a stream. */
export function keepsTo(limits: RequestLimitsMs, times: Times, stream: StreamSample | undefined): boolean {
  if (exceeds(limits.response, times[time.responseTime]) || exceeds(limits.ttfb, times[time.ttfb])) return false;
  const { ttft, icl, tpot, e2e, stall } = limits;
  if (stream === undefined) return (ttft ?? icl ?? tpot ?? e2e ?? stall) === undefined;
  return !(
    exceeds(ttft, times[time.ttft]) ||
    exceeds(e2e, times[time.e2e]) ||
    exceeds(icl, times[time.meanGap]) ||
    exceeds(tpot, times[time.tpot]) ||
    exceeds(stall, times[time.stall])
  );
}

/** A missing time, such as the gap of a single chunk, exceeds nothing. */
const exceeds = (limit: number | undefined, ms = Number.NaN): boolean => limit !== undefined && ms > limit;

/** Creates empty tallies; `createTally` describes the options. `live` is set for a whole run, not for a target. */
export function createStreamTally(rawLimit: number, live: boolean): StreamTally {
  return {
    whole: 0,
    partial: 0,
    partialChunks: 0,
    ttft: createTally(rawLimit, live),
    icl: createTally(live ? exactChunks : exactChunksPerTarget, live),
    tpot: createTally(rawLimit, live),
    speeds: 0,
    speedSum: 0,
    e2e: createTally(rawLimit, live),
    stall: createTally(rawLimit, live),
  };
}

/** Stores the times of a stream at the indexes in `time`; NaN for those it doesn't have. */
export function streamTimes(times: Times, sample: Sample, stream: StreamSample): void {
  const { firstTokenMs, lastTokenMs, chunks, gapsMs, sinceFirstMs, untimedTokens } = stream;
  times[time.ttft] = firstTokenMs - sample.sentMs;
  times[time.e2e] = lastTokenMs - sample.sentMs;
  let longest = Number.NaN;
  let gaps = 0;
  let inGapsMs = 0;
  for (let index = 0; index < chunks - 1; index++) {
    const gap = gapsMs[index] ?? 0;
    if (Number.isNaN(gap)) continue;
    gaps++;
    inGapsMs += gap;
    if (!(gap <= longest)) longest = gap;
  }
  times[time.stall] = longest;
  // Choices run in parallel, and each has its own time from its first chunk to its last.
  const spanMs = sinceFirstMs === undefined ? lastTokenMs - firstTokenMs : inGapsMs;
  times[time.meanGap] = gaps > 0 ? spanMs / gaps : Number.NaN;
  const timed = (sample.outputTokens ?? 0) - untimedTokens;
  times[time.tpot] = gaps > 0 && timed > 0 ? spanMs / timed : Number.NaN;
}

/** Adds a streamed response whose times are set. A failed one is only counted. */
export function addStream(tally: StreamTally, sample: Sample, stream: StreamSample, times: Times): void {
  if (sample.error !== undefined) {
    if (stream.chunks === 0) return;
    tally.partial++;
    tally.partialChunks += stream.chunks;
    return;
  }
  tally.whole++;
  addValue(tally.ttft, times, time.ttft);
  addValue(tally.e2e, times, time.e2e);
  const tpotMs = times[time.tpot] ?? Number.NaN;
  if (!Number.isNaN(tpotMs)) addValue(tally.tpot, times, time.tpot);
  if (tpotMs > 0) {
    tally.speeds++;
    tally.speedSum += 1 / tpotMs;
  }
  if (!Number.isNaN(times[time.stall])) addValue(tally.stall, times, time.stall);
  for (let index = 0; index < stream.chunks - 1; index++) {
    if (!Number.isNaN(stream.gapsMs[index])) addValue(tally.icl, stream.gapsMs, index);
  }
}

/** Drops raw per-request values past `rawLimit` from now on. Chunks have their own limit. */
export function limitStreams({ ttft, tpot, e2e, stall }: StreamTally, rawLimit: number): void {
  for (const tally of [ttft, tpot, e2e, stall]) limitTally(tally, rawLimit);
}

/**
 * Merges tallies without changing them. `rawLimit` is that of `limitStreams`, `chunkLimit` an additional one for
 * chunks.
 */
export function mergeStreams(tallies: readonly StreamTally[], rawLimit: number, chunkLimit: number): StreamTally {
  const sumOf = (name: 'whole' | 'partial' | 'partialChunks' | 'speeds' | 'speedSum'): number =>
    tallies.reduce((sum, tally) => sum + tally[name], 0);
  const mergedOf = (name: 'ttft' | 'tpot' | 'e2e' | 'stall'): Tally =>
    mergeTallies(
      tallies.map((tally) => tally[name]),
      rawLimit,
    );
  const gaps = tallies.map(({ icl }) => icl);
  return {
    whole: sumOf('whole'),
    partial: sumOf('partial'),
    partialChunks: sumOf('partialChunks'),
    ttft: mergedOf('ttft'),
    icl: mergeTallies(gaps, Math.min(chunkLimit, ...gaps.map((icl) => icl.rawLimit))),
    tpot: mergedOf('tpot'),
    speeds: sumOf('speeds'),
    speedSum: sumOf('speedSum'),
    e2e: mergedOf('e2e'),
    stall: mergedOf('stall'),
  };
}

/** Returns whether any response was streamed. All numbers of streams are then set. */
export function hasStreams(numbers: Numbers): numbers is Numbers & StreamNumbers {
  return numbers.streams !== undefined;
}

/** Histograms of a stream's times. */
export interface StreamBins {
  readonly ttftBins: LatencyBins;
  readonly iclBins: LatencyBins;
}

const perS = (tpotMs: number | null): number | null => (tpotMs === null || tpotMs <= 0 ? null : 1000 / tpotMs);

/** Returns the speed of single streams. A slow stream has a high TPOT: quantiles are those of TPOT from the other end. */
function userSpeedOf({ median, p95, p99 }: Distribution, mean: number | null): UserSpeed {
  return { mean, median: perS(median), p5: perS(p95), p1: perS(p99) };
}

/** Returns the numbers of streamed responses and their histograms. */
export function streamNumbersOf(
  tally: StreamTally,
  table: RankTable,
  exact: boolean,
): { numbers: StreamNumbers; bins: StreamBins } {
  const { whole, partial, partialChunks, ttft, icl } = tally;
  const of = (values: Tally): StreamNumbers['ttftMs'] => distributionOf(values, rankedValues(values, exact), table);
  const tpotMs = of(tally.tpot);
  const [rankedTtft, rankedIcl] = [rankedValues(ttft, exact), rankedValues(icl, exact)];
  return {
    numbers: {
      streams: { whole, partial, partialChunks },
      ttftMs: distributionOf(ttft, rankedTtft, table),
      iclMs: distributionOf(icl, rankedIcl, table),
      tpotMs,
      userTokensPerS: userSpeedOf(tpotMs, tally.speeds === 0 ? null : (1000 * tally.speedSum) / tally.speeds),
      e2eMs: of(tally.e2e),
      stallMs: of(tally.stall),
    },
    bins: {
      ttftBins: latencyBinsOf(rankedTtft, ttft.min, ttft.max),
      iclBins: latencyBinsOf(rankedIcl, icl.min, icl.max),
    },
  };
}
