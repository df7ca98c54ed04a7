import { countOutcome, type Group } from '../group.ts';
import type { Tally } from './tally.ts';
import { time, type Times } from '../times.ts';
import { errorKinds, type Sample } from '../types.ts';

/**
 * Counts of targets without their own distributions, in flat arrays by target. A run may have hundreds of thousands; as
 * groups they'd take ten times the memory.
 */
export interface TargetCounts {
  readonly requests: Uint32Array;
  /** Latencies of successes and of other responses. */
  readonly successes: Moments;
  readonly others: Moments;
  readonly bytes: Float64Array;
  readonly outputTokens: Float64Array;
  readonly tokenResponses: Uint32Array;
  readonly reasoningTokens: Float64Array;
  /** First outcome of each target, coded as in `Group`; 0 before the first request. */
  readonly firstOutcome: Int16Array;
  /** All outcomes, coded as in `Group`, of targets with several kinds. */
  readonly outcomes: Map<number, number[]>;
}

/** Count, mean, spread, and extremes of values, ms. */
interface Moments {
  readonly count: Uint32Array;
  readonly mean: Float64Array;
  /** Σ (value − mean)². */
  readonly squares: Float64Array;
  /** This and the next are 0 before the first value, because pages of zeros take no memory. */
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Creates the counts of `length` targets. */
export function createTargetCounts(length: number): TargetCounts {
  return {
    requests: new Uint32Array(length),
    successes: createMoments(length),
    others: createMoments(length),
    bytes: new Float64Array(length),
    outputTokens: new Float64Array(length),
    tokenResponses: new Uint32Array(length),
    reasoningTokens: new Float64Array(length),
    firstOutcome: new Int16Array(length),
    outcomes: new Map(),
  };
}

function createMoments(length: number): Moments {
  return {
    count: new Uint32Array(length),
    mean: new Float64Array(length),
    squares: new Float64Array(length),
    min: new Float64Array(length),
    max: new Float64Array(length),
  };
}

/** Adds a completed request. Allocates only for a target's second kind of outcome. */
export function addToCounts(counts: TargetCounts, sample: Sample, times: Times): void {
  const { target, status, error } = sample;
  countKind(counts, target, error === undefined ? status : -1 - errorKinds.indexOf(error), 1);
  add(counts.requests, target, 1);
  add(counts.bytes, target, sample.bytes);
  if (error !== undefined) return;
  if (sample.outputTokens !== undefined) {
    add(counts.outputTokens, target, sample.outputTokens);
    if (sample.outputTokens > 0) add(counts.tokenResponses, target, 1);
    add(counts.reasoningTokens, target, sample.reasoningTokens ?? 0);
  }
  addMoment(status >= 200 && status < 300 ? counts.successes : counts.others, target, times, time.latency);
}

function add(into: Uint32Array | Float64Array, at: number, value: number): void {
  into[at] = (into[at] ?? 0) + value;
}

function countKind(
  { requests, firstOutcome, outcomes }: TargetCounts,
  target: number,
  kind: number,
  times: number,
): void {
  const first = firstOutcome[target] ?? 0;
  if (first === 0) firstOutcome[target] = kind;
  let list = outcomes.get(target);
  if (list === undefined && first !== 0 && first !== kind) {
    list = [first, requests[target] ?? 0];
    outcomes.set(target, list);
  }
  if (list !== undefined) countOutcome(list, kind, times);
}

function addMoment({ count, mean, squares, min, max }: Moments, at: number, values: Float64Array, index: number): void {
  const value = values[index] ?? 0;
  const n = (count[at] ?? 0) + 1;
  const delta = value - (mean[at] ?? 0);
  count[at] = n;
  add(mean, at, delta / n);
  add(squares, at, delta * (value - (mean[at] ?? 0)));
  if (n === 1 || value < (min[at] ?? 0)) min[at] = value;
  if (n === 1 || value > (max[at] ?? 0)) max[at] = value;
}

/** Returns one target's counts as a group without quantiles; undefined without a request. */
export function groupAt(counts: TargetCounts, target: number, tokenSource: number): Group | undefined {
  const requests = counts.requests[target] ?? 0;
  if (requests === 0) return undefined;
  const outputTokens = counts.outputTokens[target] ?? 0;
  return {
    live: false,
    requests,
    outcomes: counts.outcomes.get(target) ?? [counts.firstOutcome[target] ?? 0, requests],
    successes: tallyAt(counts.successes, target),
    others: (counts.others.count[target] ?? 0) > 0 ? tallyAt(counts.others, target) : null,
    ttfb: emptyTally,
    bytes: counts.bytes[target] ?? 0,
    outputTokens,
    tokenResponses: counts.tokenResponses[target] ?? 0,
    reasoningTokens: counts.reasoningTokens[target] ?? 0,
    // Kept for the run only. Zeros omit them from the target's numbers.
    hiddenTokens: 0,
    inputTokens: 0,
    cachedTokens: 0,
    cachedCounts: 0,
    askedLengths: 0,
    metLengths: 0,
    tokenSource: outputTokens > 0 ? tokenSource : -1,
    streams: null,
  };
}

function tallyAt({ count, mean, squares, min, max }: Moments, at: number): Tally {
  const values = count[at] ?? 0;
  return {
    count: values,
    mean: mean[at] ?? 0,
    squares: squares[at] ?? 0,
    min: values === 0 ? Infinity : (min[at] ?? 0),
    max: values === 0 ? -Infinity : (max[at] ?? 0),
    raw: null,
    rawLimit: 0,
    histogram: null,
  };
}

const emptyTally: Tally = tallyAt(createMoments(1), 0);

/** Merges counts of parts of a run. Changes none of them; null without parts. */
export function mergeCounts(parts: readonly TargetCounts[]): TargetCounts | null {
  const [first] = parts;
  if (first === undefined) return null;
  const merged = createTargetCounts(first.requests.length);
  for (const part of parts)
    for (let target = 0; target < part.requests.length; target++) addCountsAt(merged, target, part, target);
  return merged;
}

/** Adds the counts of a target to those at another index. */
export function addCountsAt(into: TargetCounts, at: number, from: TargetCounts, target: number): void {
  const requests = from.requests[target] ?? 0;
  if (requests === 0) return;
  const list = from.outcomes.get(target);
  if (list === undefined) addOutcome(into, at, from.firstOutcome[target] ?? 0, requests);
  else
    for (let index = 0; index < list.length; index += 2) addOutcome(into, at, list[index] ?? 0, list[index + 1] ?? 0);
  add(into.bytes, at, from.bytes[target] ?? 0);
  add(into.outputTokens, at, from.outputTokens[target] ?? 0);
  add(into.tokenResponses, at, from.tokenResponses[target] ?? 0);
  add(into.reasoningTokens, at, from.reasoningTokens[target] ?? 0);
  mergeMoment(into.successes, at, from.successes, target);
  mergeMoment(into.others, at, from.others, target);
}

function addOutcome(into: TargetCounts, at: number, kind: number, count: number): void {
  countKind(into, at, kind, count);
  add(into.requests, at, count);
}

function mergeMoment(into: Moments, at: number, from: Moments, target: number): void {
  const count = from.count[target] ?? 0;
  if (count === 0) return;
  const before = into.count[at] ?? 0;
  const delta = (from.mean[target] ?? 0) - (into.mean[at] ?? 0);
  add(into.count, at, count);
  add(into.mean, at, (delta * count) / (before + count));
  add(into.squares, at, (from.squares[target] ?? 0) + (delta * delta * before * count) / (before + count));
  const min = from.min[target] ?? 0;
  const max = from.max[target] ?? 0;
  into.min[at] = before === 0 ? min : Math.min(into.min[at] ?? 0, min);
  into.max[at] = before === 0 ? max : Math.max(into.max[at] ?? 0, max);
}
