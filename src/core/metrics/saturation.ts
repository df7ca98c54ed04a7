import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import { addCounts, createHistogram, valueAt } from './recorder/histogram.ts';
import type { saturationSchema } from './schemas/saturation-schema.ts';
import { meanOf } from './statistics/blocks.ts';
import { studentQuantile } from './statistics/normal.ts';
import type { TimelineTally } from './timeline.ts';

/** Whether the server kept up with an arrival rate. */
export type Saturation = Frozen<v.InferOutput<typeof saturationSchema>>;

/** Blocks of equal length whose growth is compared. */
const blocks = 12;
/** The last blocks, in which the outstanding requests have to grow as well. */
const lastBlocks = 4;
/** Least growth that counts, as a share of the arrivals. */
export const leastShare = 0.05;
/** Least number of requests that have to become due in the judged part, and of early responses to compare with. */
const leastDue = 20;
/** The judged part begins after this share of the time, at the earliest and because of slow responses. */
const earliest = 0.25;
const latest = 0.5;

/** Returns whether outstanding requests grew by as much as counts, surely or not. */
export const hasGrown = ({ growth }: Pick<Saturation, 'growth'>): boolean => growth >= leastShare;

/**
 * Returns whether outstanding requests, those that are due and haven't ended, keep growing: then the server doesn't keep
 * up, and response times depend on the length of the run.
 *
 * Numbers of outstanding requests depend on each other: near capacity they wander without growing. Their changes from
 * block to block hardly do, even then; on a server that keeps up, they add up to nothing. So their mean gets a one-sided
 * Student's t interval, and growth is sure if all of it is above 0. It matters if it's at least 5% of the arrivals, and
 * lasts if the last third of the blocks grows at least half as much: while a run fills up, growth ends. Where responses take
 * long for the length of the run, it counts only if all requests wait; see `isFilled`.
 *
 * The judged part leaves out the first quarter, and more, up to half, if responses take long: until twice their median.
 * @param timeline slices with the requests that ended
 * @param dueBy returns how many requests are due before a time, ms from the start of the clock; called in order of time
 * @param toMs end of the part in which requests became due
 * @param level probability that growth is called sure without any
 * @returns null if the run is too short to tell
 */
export function saturationOf(
  { widthMs, slices }: TimelineTally,
  dueBy: (ms: number) => number,
  toMs: number,
  level: number,
): Saturation | null {
  const end = Math.floor(toMs / widthMs + 1e-9);
  const first = slices.findIndex(({ ended }) => ended > 0);
  if (first < 0) return null;
  // The first response took this long, so a run that is filling up needs as long again.
  const from = Math.max(2 * (first + 1), Math.ceil(filledMs(slices.slice(0, end), toMs) / widthMs - 1e-9));
  const each = Math.floor((end - from) / blocks);
  if (each < 1 || end - from < earliest * end) return null;
  const start = end - each * blocks;
  const marks = Array.from({ length: blocks + 1 }, (_, index) => dueBy((start + index * each) * widthMs));
  const due = (marks[blocks] ?? 0) - (marks[0] ?? 0);
  if (due < leastDue) return null;
  const inBlock = (index: number, of: 'ended' | 'responses'): number =>
    slices.slice(start + index * each, start + (index + 1) * each).reduce((sum, slice) => sum + slice[of], 0);
  const changes = Array.from(
    { length: blocks },
    (_, index) => (marks[index + 1] ?? 0) - (marks[index] ?? 0) - inBlock(index, 'ended'),
  );
  const mean = meanOf(changes);
  const squares = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  const half = studentQuantile(1 - level, blocks - 1) * Math.sqrt(squares / (blocks - 1) / blocks);
  const responses = changes.reduce((sum, _, index) => sum + inBlock(index, 'responses'), 0);
  const seconds = (each * blocks * widthMs) / 1_000;
  const perBlock = due / blocks;
  const growth = mean / perBlock;
  return {
    overSaturated:
      mean > half &&
      growth >= leastShare &&
      meanOf(changes.slice(-lastBlocks)) >= mean / 2 &&
      isFilled(slices.slice(0, end), start, end - lastBlocks * each, toMs),
    fromMs: start * widthMs,
    toMs: end * widthMs,
    duePerS: due / seconds,
    answeredPerS: responses / seconds,
    growth,
    leastGrowth: (mean - half) / perBlock,
  };
}

/** Returns a quantile of the latency in some slices, ms; 0 without a response. */
function latencyIn(slices: TimelineTally['slices'], share: number): number {
  const [slice] = slices;
  if (slice === undefined) return 0;
  const all = createHistogram(slice.latencies.bits);
  for (const { latencies } of slices) addCounts(all, latencies);
  const count = slices.reduce((sum, { responses }) => sum + responses, 0);
  return count === 0 ? 0 : valueAt(all, count * share);
}

/** Returns until when a run fills up at most: twice the median latency, within the first quarter and the first half. */
const filledMs = (slices: TimelineTally['slices'], toMs: number): number =>
  Math.max(earliest * toMs, Math.min(latest * toMs, 2 * latencyIn(slices, 0.5)));

/**
 * Returns whether growth isn't that of a run that is filling up: it is twice as long as nearly all responses took, or even
 * the fastest of the late responses took longer than 90% of the early ones, so all requests wait.
 */
function isFilled(slices: TimelineTally['slices'], start: number, late: number, toMs: number): boolean {
  if (toMs >= 2 * latencyIn(slices, 0.9)) return true;
  const early = slices.slice(0, start);
  const fastest = Math.min(...slices.slice(late).map(({ min }) => min));
  return (
    Number.isFinite(fastest) &&
    early.reduce((sum, { responses }) => sum + responses, 0) >= leastDue &&
    fastest > latencyIn(early, 0.9)
  );
}
