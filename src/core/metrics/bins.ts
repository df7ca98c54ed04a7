import { quantile, type Ranked } from './statistics/quantiles.ts';
import type { LatencyBins } from './types.ts';

/** Maximum number of bins, without those that rounding the edges and outliers add. */
const mostBins = 40;
/** Ratio of p99 to p1 above which bin widths grow with the latency. */
const growingAbove = 20;
/** Resolution of the clock, ms: 1 ns. */
const resolution = 1e-6;
/** Round widths of equal bins, times a power of 10. */
const niceSteps = [1, 2, 2.5, 5, 10];
/** Round edges of growing bins, times a power of 10: the coarse ones if the fine ones would be too many. */
const coarseEdges = [1, 2, 5];
const fineEdges = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8];

/**
 * Returns counts for a latency chart, in about 40 bins. Bins are equally wide, or grow with the latency if p99 is more
 * than 20 times p1. They start at the minimum, or at p1 if the minimum is an outlier, and end at the maximum, or at p99
 * if the maximum is one. A single slow response therefore doesn't squeeze the rest into one bar. Outliers are counted
 * in the first or last bin, which is extended to them.
 */
export function latencyBinsOf(values: Ranked, min: number, max: number): LatencyBins {
  if (values.count === 0) return { edgesMs: [], counts: [] };
  const p1 = quantile(values, 0.01) ?? min;
  const p99 = quantile(values, 0.99) ?? max;
  const edgesMs =
    p1 >= resolution && p99 / p1 > growingAbove ? growingEdges(min, max, p1, p99) : equalEdges(min, max, p1, p99);
  return { edgesMs, counts: countBetween(values, edgesMs) };
}

function equalEdges(min: number, max: number, p1: number, p99: number): number[] {
  const spread = p99 - p1;
  const low = p1 - min <= spread ? min : p1;
  const high = max - p99 <= spread ? max : p99;
  // Subtracting timestamps leaves rounding errors. Without these minimums, equal values would be spread over 40 bins.
  const step = niceStep(Math.max((high - low) / mostBins, high / 1e5, resolution));
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

/** Extends the first and the last bin to the minimum and maximum, so that they contain the outliers. */
function stretch(edges: number[], min: number, max: number): number[] {
  const last = edges.length - 1;
  if ((edges[0] ?? min) > min) edges[0] = tidy(min);
  if ((edges[last] ?? max) < max) edges[last] = tidy(max);
  return edges;
}

/**
 * Ratio of the widths of neighboring bins, or of the two edges of a bin, above which a bin was stretched. Otherwise, it's
 * at most 3, from `coarseEdges`: 1 to 2, and 2 to 5.
 */
const stretchedAbove = 3.5;

/**
 * Returns which of the outermost bins were stretched to an outlier. Derived from the edges, because a record only has
 * these.
 */
export function stretchedBins(edgesMs: readonly number[]): { readonly first: boolean; readonly last: boolean } {
  if (edgesMs.length < 4) return { first: false, last: false };
  const widths = edgesMs.slice(1).map((edge, bin) => edge - (edgesMs[bin] ?? 0));
  const [first = 0, second = 0, third = 0] = widths;
  const areEqual = Math.abs(third - second) < 0.01 * second;
  return {
    // The first of growing bins is the narrowest, even if it was stretched, so the ratio of its edges decides.
    first: areEqual ? first > stretchedAbove * second : (edgesMs[1] ?? 0) > stretchedAbove * (edgesMs[0] ?? 0),
    last: (widths.at(-1) ?? 0) > stretchedAbove * (widths.at(-2) ?? 0),
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
