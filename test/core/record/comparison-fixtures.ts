import type { ComparedMetricName } from '../../../src/core/record/comparisons/compared-metrics.ts';
import type { ComparisonRecord, ComparisonSlice } from '../../../src/core/record/comparisons/comparison.ts';
import { makeComparison, type ComparisonParts } from '../../../src/core/record/comparisons/make-comparison.ts';
import { closedLoop, recordOf } from './fixtures.ts';

const run = recordOf(closedLoop(10, 1, () => ({ latencyMs: 10 })));

/** A slice with these values; the rest is usual. */
export const sliceWith = (
  values: Partial<Record<ComparedMetricName, number>>,
  changes: Partial<ComparisonSlice> = {},
): ComparisonSlice => ({
  startedAt: '2026-11-22T20:15:37.123Z',
  totalMs: 1_000,
  requestsSent: 400,
  responses: 400,
  successes: 400,
  statusCodes: { 200: 400 },
  bound: null,
  values,
  ...changes,
});

/** Noise of slice `i`: up to 1% to either side, the same for every call. */
const noise = (i: number, side: number): number => 1 + (((i * 7 + side * 3) % 11) - 5) * 0.002;

/** Slices of a server whose p50 is 10 ms times `factor`; p95 is twice that. */
export const slicesOf = (
  count: number,
  factor: number,
  changes: Partial<ComparisonSlice> = {},
  side = factor,
): ComparisonSlice[] =>
  Array.from({ length: count }, (_, i) => {
    const p50 = 10 * factor * noise(i, Math.round(side * 100));
    return sliceWith({ throughput: 5_000 / p50, p50, p95: 2 * p50 }, changes);
  });

/** A comparison of these slices, interleaved unless `pairs` is undefined. */
export function comparisonOf(
  a: readonly ComparisonSlice[],
  b: readonly ComparisonSlice[],
  changes: Partial<ComparisonParts> = {},
): ComparisonRecord {
  const { plan, environment } = run;
  const targets = [{ name: 'GET /', method: 'GET', url: 'http://127.0.0.1/' }];
  return makeComparison({
    id: '20261122-201537-k3f9',
    name: 'endpoints.txt',
    startedAt: '2026-11-22T20:15:37.123Z',
    status: 'completed',
    plan: { ...plan, requests: null, durationS: 1, warmup: 5 },
    a: { variables: { base: 'http://127.0.0.1:1' }, targets, slices: a },
    b: { variables: { base: 'http://127.0.0.1:2' }, targets, slices: b },
    environment,
    source: null,
    rules: { threshold: 0.05, level: 0.05 },
    pairs: { planned: a.length, order: a.map((_, i) => (i % 3 === 0 ? 'b' : 'a')) },
    warnings: [],
    ...changes,
  });
}

/** One of kept runs. */
export function keptOf(
  a: readonly ComparisonSlice[],
  b: readonly ComparisonSlice[],
  changes: Partial<ComparisonParts> = {},
): ComparisonRecord {
  return comparisonOf(a, b, { ...changes, pairs: undefined });
}
