import { quantile, type Ranked } from './statistics/quantiles.ts';
import type { LatencyBins } from './types.ts';

const mostBins = 40;
/** Ratio of p99 to p1 above which bin widths grow with the latency. */
const wide = 20;
/** Smallest difference between values, ms: 1 ns. */
const shortest = 1e-6;
/** Round numbers between 1 and 10 for steps, and for the edges of growing bins. */
const niceSteps = [1, 2, 2.5, 5, 10];
const coarseEdges = [1, 2, 5];
const fineEdges = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8];

/**
 * Returns counts for a latency chart: at most 40 bins, and a few for outliers. Bins are equally wide, or grow with the
 * latency if p99 is more than 20 times p1. They divide the range from p1 to p99, or all of it if its ends aren't far
 * out. A single slow response therefore doesn't squeeze the rest into one bar. Outliers are counted in the first or
 * last bin, which then reaches to the minimum or maximum.
 */
export function latencyBinsOf(values: Ranked, min: number, max: number): LatencyBins {
  if (values.count === 0) return { edgesMs: [], counts: [] };
  const p1 = quantile(values, 0.01) ?? min;
  const p99 = quantile(values, 0.99) ?? max;
  const edgesMs = p1 >= shortest && p99 / p1 > wide ? growingEdges(min, max, p1, p99) : equalEdges(min, max, p1, p99);
  return { edgesMs, counts: countBetween(values, edgesMs) };
}

function equalEdges(min: number, max: number, p1: number, p99: number): number[] {
  const spread = p99 - p1;
  const low = p1 - min <= spread ? min : p1;
  const high = max - p99 <= spread ? max : p99;
  // Values that differ only by rounding errors of a subtraction are the same value.
  const step = niceStep(Math.max((high - low) / mostBins, high / 1e5, shortest));
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const edges = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  return stretch(edges, min, max);
}

function growingEdges(min: number, max: number, p1: number, p99: number): number[] {
  const low = min >= p1 / 10 ? min : p1;
  const high = max <= p99 * 10 ? max : p99;
  const decades = Math.log10(high / low);
  const nice = decades * fineEdges.length <= mostBins ? fineEdges : coarseEdges;
  const edges: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of nice) edges.push(tidy(factor * 10 ** power));
  }
  const first = edges.findLastIndex((edge) => edge <= low);
  const last = edges.findIndex((edge) => edge >= high);
  return stretch(edges.slice(Math.max(0, first), last + 1), min, max);
}

/** Extends the outermost bins to the extremes. */
function stretch(edges: number[], min: number, max: number): number[] {
  const last = edges.length - 1;
  if ((edges[0] ?? min) > min) edges[0] = tidy(min);
  if ((edges[last] ?? max) < max) edges[last] = tidy(max);
  return edges;
}

/** Width relative to the next bin above which a bin was stretched; neighbors never differ this much otherwise. */
const outlying = 3.5;

/**
 * Returns which of the outermost bins were stretched to an outlier. Derived from the edges, because a record has
 * nothing else.
 */
export function stretchedBins(edgesMs: readonly number[]): { readonly first: boolean; readonly last: boolean } {
  if (edgesMs.length < 4) return { first: false, last: false };
  const widths = edgesMs.slice(1).map((edge, bin) => edge - (edgesMs[bin] ?? 0));
  const [first = 0, second = 0, third = 0] = widths;
  const even = Math.abs(third - second) < 0.01 * second;
  return {
    // With growing bins the first one is the narrowest, so its edges decide.
    first: even ? first > outlying * second : (edgesMs[1] ?? 0) > outlying * (edgesMs[0] ?? 0),
    last: (widths.at(-1) ?? 0) > outlying * (widths.at(-2) ?? 0),
  };
}

function countBetween(values: Ranked, edges: readonly number[]): number[] {
  const counts: number[] = [];
  let before = 0;
  for (let bin = 1; bin < edges.length; bin++) {
    const edge = edges[bin] ?? Infinity;
    const upTo = bin === edges.length - 1 ? values.count : countBelow(values, edge);
    counts.push(upTo - before);
    before = upTo;
  }
  return counts;
}

/** Returns how many values are less than `limit`. */
function countBelow(values: Ranked, limit: number): number {
  let low = 0;
  let high = values.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values.at(middle + 1) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (niceSteps.find((step) => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** Removes rounding errors of binary fractions: 0.30000000000000004 becomes 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
