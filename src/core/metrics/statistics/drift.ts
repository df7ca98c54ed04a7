import { blockMeans, meanOf } from './blocks.ts';

/** Change over a series as a line through it shows it. */
export interface Drift {
  /** From the first value to the last, as a share of their mean. */
  readonly share: number;
  /** 99% interval of `share`. */
  readonly interval: readonly [low: number, high: number];
}

/** Ten blocks are long enough to be nearly independent, and enough of them to find a drift. */
const blocks = 10;
/** 99.5% point of Student's t with 8 degrees of freedom. A false alarm costs a run its intervals, so it must be rare. */
const studentT995 = 3.355387;

/**
 * Returns the drift of a series: the least-squares slope of the means of ten blocks, with Student's t interval at 99%. Values
 * at the start that fill no block are ignored. Null below ten values, and if the mean is 0.
 */
export function driftOf(values: readonly number[]): Drift | null {
  const found = blockMeans(values, blocks);
  if (found === null) return null;
  const { means } = found;
  const mean = meanOf(means);
  if (mean === 0) return null;
  const middle = (blocks - 1) / 2;
  const spread = means.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = means.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  const squares = means.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0);
  const half = studentT995 * Math.sqrt(squares / (blocks - 2) / spread);
  // Ten blocks are nine steps apart, and half a block more on either side.
  const toShare = (perBlock: number): number => (perBlock * blocks) / mean;
  return { share: toShare(slope), interval: [toShare(slope - half), toShare(slope + half)] };
}
