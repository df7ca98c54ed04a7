import { addPair, createMoments, lineOf, mergeMoments, type PairMoments } from '../statistics/line.ts';
import type { Sample, TtftByInput } from '../types.ts';

/** Maximum number of streams that are kept as points. */
const mostPoints = 200;
/** Streams from which on a line is shown. */
const fewestStreams = 30;
/** Minimum standard deviation of the input tokens for a slope, as a share of their mean. */
const leastSpread = 0.1;

/** Input tokens and TTFT of streams: moments of all, and an evenly spread sample. */
export interface TtftByInputTally {
  readonly moments: PairMoments;
  minTokens: number;
  maxTokens: number;
  /** A response reported cached tokens. */
  uncached: boolean;
  points: [tokens: number, ttftMs: number][];
  /** Interval between points, doubled whenever there are too many. */
  every: number;
}

/** Creates an empty tally. */
export function createTtftByInput(): TtftByInputTally {
  return {
    moments: createMoments(),
    minTokens: Infinity,
    maxTokens: -Infinity,
    uncached: false,
    points: [],
    every: 1,
  };
}

/** Adds a successful stream. One whose response reports no input tokens isn't counted. */
export function addTtftByInput(tally: TtftByInputTally, { inputTokens, cachedTokens }: Sample, ttftMs: number): void {
  if (inputTokens === undefined || Number.isNaN(ttftMs)) return;
  if (cachedTokens !== undefined) tally.uncached = true;
  const tokens = Math.max(0, inputTokens - (cachedTokens ?? 0));
  const index = tally.moments.count;
  addPair(tally.moments, tokens, ttftMs);
  tally.minTokens = Math.min(tally.minTokens, tokens);
  tally.maxTokens = Math.max(tally.maxTokens, tokens);
  if (index % tally.every !== 0) return;
  if (tally.points.length === mostPoints) {
    tally.points = eachNth(tally.points, 2);
    tally.every *= 2;
    if (index % tally.every !== 0) return;
  }
  tally.points.push([tokens, ttftMs]);
}

/** Merges tallies at the density of the sparsest or less. Changes none of them. */
export function mergeTtftByInput(parts: readonly TtftByInputTally[]): TtftByInputTally {
  let every = Math.max(1, ...parts.map((part) => part.every));
  let points = parts.flatMap((part) => eachNth(part.points, every / part.every));
  while (points.length > mostPoints) {
    points = eachNth(points, 2);
    every *= 2;
  }
  return {
    moments: mergeMoments(parts.map(({ moments }) => moments)),
    minTokens: Math.min(...parts.map(({ minTokens }) => minTokens)),
    maxTokens: Math.max(...parts.map(({ maxTokens }) => maxTokens)),
    uncached: parts.some(({ uncached }) => uncached),
    points,
    every,
  };
}

const eachNth = <T>(list: readonly T[], n: number): T[] => list.filter((_, index) => index % n === 0);

/** Returns TTFT against input tokens; undefined if no stream reported any. */
export function ttftByInputOf(tally: TtftByInputTally): TtftByInput | undefined {
  const { moments, uncached, minTokens, maxTokens, points } = tally;
  const { count: streams, meanX: meanTokens } = moments;
  if (streams === 0) return undefined;
  return { uncached, streams, minTokens, meanTokens, maxTokens, points, ...fitOf(moments) };
}

function fitOf(moments: PairMoments): Pick<TtftByInput, 'fit' | 'noFit'> {
  const { count, meanX, xx } = moments;
  if (count < fewestStreams) return { noFit: 'few streams' };
  if (Math.sqrt(xx / (count - 1)) < leastSpread * meanX || xx === 0) return { noFit: 'equal inputs' };
  const line = lineOf(moments);
  if (line === null || line.interval95[0] <= 0) return { noFit: 'no slope' };
  // No prefill is that fast for short prompts: something else makes later or longer prompts slower, such as a queue.
  if (line.interceptHigh95 < 0) return { noFit: 'below zero' };
  const [low, high] = line.interval95;
  return {
    fit: {
      interceptMs: line.intercept,
      msPer1000Tokens: line.slope * 1000,
      interval95: [low * 1000, high * 1000],
      r2: line.r2,
      prefillTokensPerS: 1000 / line.slope,
    },
  };
}
