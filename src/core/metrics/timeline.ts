import { addCounts, countValue, createHistogram, rankedCounts, type Histogram } from './histogram.ts';
import { quantile } from './quantiles.ts';
import { time, type Times } from './times.ts';
import type { Timeline } from './types.ts';

const mostSlices = 120;
const firstWidthMs = 50;
/** 64 buckets for each power of two: medians and p95 of a slice are off by at most 0.8 %. */
const bits = 6;

interface Slice {
  responses: number;
  failures: number;
  min: number;
  max: number;
  latencies: Histogram;
}

/** What happened when. At most 120 slices: when they do not suffice, neighbours are merged and the width doubles. */
export interface TimelineTally {
  widthMs: number;
  slices: Slice[];
}

/** An empty timeline with slices of 50 ms. */
export function createTimeline(): TimelineTally {
  return { widthMs: firstWidthMs, slices: [] };
}

/** Takes in a request that ended; `answered`: its latency counts. */
export function addToTimeline(timeline: TimelineTally, times: Times, answered: boolean, success: boolean): void {
  const endMs = times[time.end] ?? 0;
  let index = endMs > 0 ? Math.floor(endMs / timeline.widthMs) : 0;
  while (index >= mostSlices) {
    halve(timeline);
    index = Math.floor(endMs / timeline.widthMs);
  }
  const { slices } = timeline;
  while (slices.length <= index) slices.push(createSlice());
  const slice = slices[index];
  if (slice === undefined) return;
  if (!success) slice.failures++;
  if (!answered) return;
  const latencyMs = times[time.latency] ?? 0;
  slice.responses++;
  if (latencyMs < slice.min) slice.min = latencyMs;
  if (latencyMs > slice.max) slice.max = latencyMs;
  countValue(slice.latencies, times, time.latency);
}

/** The timeline so far. */
export function timelineOf(timeline: TimelineTally): Timeline {
  const ranked = timeline.slices.map(({ latencies, min, max }) => rankedCounts(latencies, min, max));
  return {
    widthMs: timeline.widthMs,
    responses: timeline.slices.map((slice) => slice.responses),
    failures: timeline.slices.map((slice) => slice.failures),
    medianMs: ranked.map((values) => quantile(values, 0.5)),
    p95Ms: ranked.map((values) => quantile(values, 0.95)),
  };
}

function createSlice(): Slice {
  return { responses: 0, failures: 0, min: Infinity, max: -Infinity, latencies: createHistogram(bits) };
}

function halve(timeline: TimelineTally): void {
  const { slices } = timeline;
  const merged: Slice[] = [];
  for (let index = 0; index < slices.length; index += 2) {
    const slice = slices[index];
    const next = slices[index + 1];
    if (slice === undefined) break;
    if (next !== undefined) {
      slice.responses += next.responses;
      slice.failures += next.failures;
      slice.min = Math.min(slice.min, next.min);
      slice.max = Math.max(slice.max, next.max);
      addCounts(slice.latencies, next.latencies);
    }
    merged.push(slice);
  }
  timeline.slices = merged;
  timeline.widthMs *= 2;
}
