import { addCounts, countValue, createHistogram, rankedCounts, type Histogram } from './recorder/histogram.ts';
import { quantile } from './statistics/quantiles.ts';
import { time, type Times } from './times.ts';
import type { Sample, StreamSample, Summary, Timeline } from './types.ts';

/** Maximum number of slices in a timeline. */
export const mostSlices = 120;
const firstWidthMs = 50;
/** Slices are merged for display while they contain fewer responses than this on average. */
const enoughResponses = 20;
/** Minimum number of slices that remain, so that a short run still shows its trend. */
const fewestSlices = 10;
/** 64 buckets per power of two: p50 and p95 of a slice are off by at most 0.8%. */
const bits = 6;
/** 128 buckets per power of two, of watched values. */
const watchedBits = 7;

interface Slice {
  /** Requests that ended, with or without a response. */
  ended: number;
  responses: number;
  failures: number;
  min: number;
  max: number;
  outputTokens: number;
  latencies: Histogram;
  /** Absent if no time is watched. */
  watched?: WatchedValues;
}

/** Values of the watched time in a slice. */
export interface WatchedValues {
  count: number;
  sumMs: number;
  readonly values: Histogram;
}

/** Times of successful requests that a run can watch for `--until`: an index in `time`, or the times between chunks. */
export const watchedTimes = {
  latency: time.latency,
  response: time.responseTime,
  ttfb: time.ttfb,
  ttft: time.ttft,
  icl: 'gaps',
  tpot: time.tpot,
  e2e: time.e2e,
  stall: time.stall,
} as const;
/** A time that a run can watch. */
export type WatchedTime = keyof typeof watchedTimes;

/** Events of a run over time. At most 120 slices: when they are full, neighbors are merged and the width doubles. */
export interface TimelineTally {
  widthMs: number;
  slices: Slice[];
  /** The time whose values each slice keeps; undefined: none. */
  readonly watch?: WatchedTime | undefined;
}

/** Creates an empty timeline with slices of 50 ms. */
export function createTimeline(watch?: WatchedTime): TimelineTally {
  return { widthMs: firstWidthMs, slices: [], ...(watch && { watch }) };
}

/**
 * Adds a completed request.
 * @param answered its latency counts
 */
export function addToTimeline(
  timeline: TimelineTally,
  sample: Sample,
  times: Times,
  answered: boolean,
  success: boolean,
): void {
  const tokens = answered ? (sample.outputTokens ?? 0) : 0;
  const stream = sample.stream !== undefined && sample.stream.chunks > 0 ? sample.stream : undefined;
  // May merge slices, so it precedes the lookup of the slice at the end.
  if (stream !== undefined) addTokens(timeline, tokens, stream);
  const slice = addEnd(timeline, times, answered, success);
  if (slice === undefined || !answered) return;
  if (stream === undefined) slice.outputTokens += tokens;
  if (timeline.watch !== undefined && success) addWatched(slice, timeline.watch, times, sample.stream);
}

/** Adds the end of a request, without its tokens, and returns its slice. */
export function addEnd(timeline: TimelineTally, times: Times, answered: boolean, success: boolean): Slice | undefined {
  const slice = sliceOf(timeline, times, time.end);
  if (slice === undefined) return undefined;
  slice.ended++;
  if (!success) slice.failures++;
  if (!answered) return slice;
  const latencyMs = times[time.latency] ?? 0;
  slice.responses++;
  if (latencyMs < slice.min) slice.min = latencyMs;
  if (latencyMs > slice.max) slice.max = latencyMs;
  countValue(slice.latencies, times, time.latency);
  return slice;
}

function addWatched(slice: Slice, watch: WatchedTime, times: Times, stream: StreamSample | undefined): void {
  const watched = (slice.watched ??= createWatched());
  const place = watchedTimes[watch];
  if (place === 'gaps') {
    const gaps = (stream?.chunks ?? 0) - 1;
    for (let index = 0; index < gaps; index++) addWatchedValue(watched, stream?.gapsMs ?? times, index);
  } else if (stream !== undefined || place < time.ttft) {
    addWatchedValue(watched, times, place);
  }
}

function addWatchedValue(watched: WatchedValues, values: Float64Array, index: number): void {
  const value = values[index] ?? Number.NaN;
  if (Number.isNaN(value)) return;
  watched.count++;
  watched.sumMs += value;
  countValue(watched.values, values, index);
}

/** Creates an empty set of watched values. */
export const createWatched = (): WatchedValues => ({ count: 0, sumMs: 0, values: createHistogram(watchedBits) });

/** Adds the watched values of a slice. */
export function addWatchedValues(into: WatchedValues, { count, sumMs, values }: WatchedValues): void {
  into.count += count;
  into.sumMs += sumMs;
  addCounts(into.values, values);
}

const arrival = new Float64Array(1);

/**
 * Adds the tokens of a stream at the arrival of its chunks. Each chunk after the first counts as the same number of
 * tokens.
 */
function addTokens(timeline: TimelineTally, tokens: number, stream: StreamSample): void {
  if (tokens === 0) return;
  const { chunks, gapsMs, sinceFirstMs, untimedTokens } = stream;
  const first = chunks === 1 || Number.isNaN(untimedTokens) ? tokens : Math.min(tokens, untimedTokens);
  const each = (tokens - first) / (chunks - 1);
  let atMs = stream.firstTokenMs;
  for (let index = 0; index < chunks; index++) {
    if (index > 0)
      atMs =
        sinceFirstMs === undefined
          ? atMs + (gapsMs[index - 1] ?? 0)
          : stream.firstTokenMs + (sinceFirstMs[index - 1] ?? 0);
    arrival[0] = atMs;
    const slice = sliceOf(timeline, arrival, 0);
    if (slice !== undefined) slice.outputTokens += index === 0 ? first : each;
  }
}

/** Returns the slice that contains the time at that index. */
function sliceOf(timeline: TimelineTally, times: Float64Array, place: number): Slice | undefined {
  const ms = times[place] ?? 0;
  let index = ms > 0 ? Math.floor(ms / timeline.widthMs) : 0;
  while (index >= mostSlices) {
    halve(timeline);
    index = Math.floor(ms / timeline.widthMs);
  }
  const { slices } = timeline;
  while (slices.length <= index) slices.push(createSlice());
  return slices[index];
}

/** Merges timelines into slices as wide as the widest. Changes none of them. */
export function mergeTimelines(timelines: readonly TimelineTally[]): TimelineTally {
  const widthMs = Math.max(firstWidthMs, ...timelines.map((timeline) => timeline.widthMs));
  const slices: Slice[] = [];
  for (const timeline of timelines) {
    const times = widthMs / timeline.widthMs;
    for (const [index, slice] of timeline.slices.entries()) {
      const at = Math.floor(index / times);
      while (slices.length <= at) slices.push(createSlice());
      const into = slices[at];
      if (into !== undefined) addSlice(into, slice);
    }
  }
  const watch = timelines[0]?.watch;
  return { widthMs, slices, ...(watch && { watch }) };
}

/**
 * Returns when the last request of a timeline ended, ms from the start of the clock. Older records store this relative
 * to their first request. That is the same, unless it lies before the last slice; then the end of the slice is used.
 */
export function timelineEndMs({ timeline, totalMs }: Pick<Summary, 'timeline' | 'totalMs'>): number {
  const { endMs, widthMs, responses } = timeline;
  return endMs ?? (totalMs > (responses.length - 1) * widthMs ? totalMs : responses.length * widthMs);
}

/**
 * Returns the timeline so far, with slices wide enough that a percentile is more than the slice's maximum.
 * @param lastEndMs not finite if no request has ended
 */
export function timelineOf(timeline: TimelineTally, lastEndMs: number, withTokens: boolean): Timeline {
  let { slices, widthMs } = timeline;
  const responses = slices.reduce((sum, slice) => sum + slice.responses, 0);
  while (slices.length >= 2 * fewestSlices && responses / slices.length < enoughResponses) {
    slices = mergePairs(slices);
    widthMs *= 2;
  }
  const quantiles = slices.map(quantilesOf);
  return {
    widthMs,
    ...(Number.isFinite(lastEndMs) ? { endMs: lastEndMs } : {}),
    responses: slices.map((slice) => slice.responses),
    failures: slices.map((slice) => slice.failures),
    medianMs: quantiles.map(({ medianMs }) => medianMs),
    p95Ms: quantiles.map(({ p95Ms }) => p95Ms),
    ...(withTokens ? { outputTokens: slices.map((slice) => slice.outputTokens) } : {}),
  };
}

interface SliceQuantiles {
  readonly responses: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** Cached quantiles of each slice. A run asks four times a second, and most of its slices don't change anymore. */
const known = new WeakMap<Slice, SliceQuantiles>();

function quantilesOf(slice: Slice): SliceQuantiles {
  const { responses, latencies, min, max } = slice;
  let quantiles = known.get(slice);
  if (quantiles?.responses !== responses) {
    const ranked = rankedCounts(latencies, min, max);
    quantiles = { responses, medianMs: quantile(ranked, 0.5), p95Ms: quantile(ranked, 0.95) };
    known.set(slice, quantiles);
  }
  return quantiles;
}

/** Creates an empty slice. */
export function createSlice(): Slice {
  return {
    ended: 0,
    responses: 0,
    failures: 0,
    min: Infinity,
    max: -Infinity,
    outputTokens: 0,
    latencies: createHistogram(bits),
  };
}

/** Returns a copy with half as many slices, twice as wide. */
export function coarserTimeline({ widthMs, slices }: TimelineTally): TimelineTally {
  return { widthMs: widthMs * 2, slices: mergePairs(slices) };
}

function halve(timeline: TimelineTally): void {
  timeline.slices = mergePairs(timeline.slices);
  timeline.widthMs *= 2;
}

/** Merges neighbors into new slices. */
function mergePairs(slices: readonly Slice[]): Slice[] {
  return Array.from({ length: Math.ceil(slices.length / 2) }, (_, index) => {
    const merged = createSlice();
    for (const slice of slices.slice(2 * index, 2 * index + 2)) addSlice(merged, slice);
    return merged;
  });
}

function addSlice(into: Slice, slice: Slice): void {
  into.ended += slice.ended;
  into.responses += slice.responses;
  into.failures += slice.failures;
  into.outputTokens += slice.outputTokens;
  into.min = Math.min(into.min, slice.min);
  into.max = Math.max(into.max, slice.max);
  addCounts(into.latencies, slice.latencies);
  if (slice.watched !== undefined) addWatchedValues((into.watched ??= createWatched()), slice.watched);
}
