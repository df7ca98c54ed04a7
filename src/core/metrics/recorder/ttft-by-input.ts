import { addPair, createMoments, lineOf, mergeMoments, r2Of, type PairMoments } from '../statistics/line.ts';
import type { Sample, TtftByInput } from '../types.ts';

/** Maximum number of streams that are kept as points. */
const mostPoints = 200;
/** Streams from which on a line is shown. */
const fewestStreams = 30;
/** Minimum standard deviation of the input tokens for a slope, as a share of their mean. */
const leastSpread = 0.1;

/** Input tokens and TTFT of streams: moments of all, and a sample spread over the run and over lengths. */
export interface TtftByInputTally {
  readonly moments: PairMoments;
  minTokens: number;
  maxTokens: number;
  /** A response reported cached tokens. */
  uncached: boolean;
  /** The place is between 0 and 1, from the number of the stream. */
  points: [tokens: number, ttftMs: number, place: number][];
  /** Streams with a place below this are points. Halved whenever there are too many. */
  share: number;
}

/** Multiples of it, modulo 1, are evenly spread in any part of a sequence, and also over every nth of it. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** Creates an empty tally. */
export function createTtftByInput(): TtftByInputTally {
  return {
    moments: createMoments(),
    minTokens: Infinity,
    maxTokens: -Infinity,
    uncached: false,
    points: [],
    share: 1,
  };
}

/** Adds a successful stream. One whose response reports no input tokens isn't counted. */
export function addTtftByInput(tally: TtftByInputTally, { inputTokens, cachedTokens }: Sample, ttftMs: number): void {
  if (inputTokens === undefined || Number.isNaN(ttftMs)) return;
  if (cachedTokens !== undefined) tally.uncached = true;
  const tokens = Math.max(0, inputTokens - (cachedTokens ?? 0));
  // Prompts in rotation have the lengths of their file in turn, of which every nth may always be the same.
  const place = (tally.moments.count * goldenRatio) % 1;
  addPair(tally.moments, tokens, ttftMs);
  tally.minTokens = Math.min(tally.minTokens, tokens);
  tally.maxTokens = Math.max(tally.maxTokens, tokens);
  if (place >= tally.share) return;
  tally.points.push([tokens, ttftMs, place]);
  thinOut(tally);
}

type PointSample = Pick<TtftByInputTally, 'points' | 'share'>;

/** Halves the share of streams that are points until there are few enough. */
function thinOut(sample: PointSample): void {
  while (sample.points.length > mostPoints) {
    sample.share /= 2;
    sample.points = sample.points.filter(([, , place]) => place < sample.share);
  }
}

/** Merges tallies, with the smallest share of points or less. Changes none of them. */
export function mergeTtftByInput(parts: readonly TtftByInputTally[]): TtftByInputTally {
  const share = Math.min(1, ...parts.map((part) => part.share));
  const points = parts.flatMap((part) => part.points.filter(([, , place]) => place < share));
  const sample: PointSample = { points, share };
  thinOut(sample);
  return {
    moments: mergeMoments(parts.map(({ moments }) => moments)),
    minTokens: Math.min(...parts.map(({ minTokens }) => minTokens)),
    maxTokens: Math.max(...parts.map(({ maxTokens }) => maxTokens)),
    uncached: parts.some(({ uncached }) => uncached),
    ...sample,
  };
}

/** Returns TTFT against input tokens; undefined if no stream reported any. */
export function ttftByInputOf(tally: TtftByInputTally): TtftByInput | undefined {
  const { moments, uncached, minTokens, maxTokens } = tally;
  const points = tally.points.map(([tokens, ttftMs]): [number, number] => [tokens, ttftMs]);
  const { count: streams, meanX: meanTokens } = moments;
  if (streams === 0) return undefined;
  return { uncached, streams, minTokens, meanTokens, maxTokens, points, ...fitOf(moments, points) };
}

function fitOf(moments: PairMoments, points: TtftByInput['points']): Pick<TtftByInput, 'fit' | 'noFit'> {
  const { count, meanX, xx } = moments;
  if (count < fewestStreams) return { noFit: 'few streams' };
  if (Math.sqrt(xx / (count - 1)) < leastSpread * meanX || xx === 0) return { noFit: 'equal inputs' };
  const line = lineOf(points);
  if (line === null || line.interval95[0] <= 0) return { noFit: 'no slope' };
  // No prefill is that fast for short prompts: something else makes later or longer prompts slower, such as a queue.
  if (line.interceptHigh95 < 0) return { noFit: 'below zero' };
  const [low, high] = line.interval95;
  return {
    fit: {
      interceptMs: line.intercept,
      msPer1000Tokens: line.slope * 1000,
      interval95: [low * 1000, high * 1000],
      r2: r2Of(moments),
      prefillTokensPerS: 1000 / line.slope,
    },
  };
}
