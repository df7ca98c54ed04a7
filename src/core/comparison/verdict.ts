/** Verdicts on one metric. `changed`: the interval excludes zero change, but not a change below the threshold. */
export const verdictNames = ['worse', 'better', 'same', 'changed', 'inconclusive'] as const;
export type VerdictName = (typeof verdictNames)[number];

/** Whether more of a metric is better (throughput) or worse (a time). */
export type Direction = 'higher' | 'lower';

/** An interval of the logarithm of B / A. */
type LogInterval = readonly [low: number, high: number];

/**
 * Returns the verdict on an interval against a practical threshold.
 * @param interval of log(B / A); null if there are too few values for one
 * @param threshold the smallest change that matters, as a share: 0.05 for 5%
 */
export function judge(interval: LogInterval | null, threshold: number, better: Direction): VerdictName {
  if (interval === null) return 'inconclusive';
  const limit = Math.log1p(threshold);
  const [low, high] = interval;
  if (low > limit) return better === 'higher' ? 'better' : 'worse';
  if (high < -limit) return better === 'higher' ? 'worse' : 'better';
  if (low > -limit && high < limit) return 'same';
  return low > 0 || high < 0 ? 'changed' : 'inconclusive';
}

/** Returns true for a verdict that more pairs or runs aren't expected to change. */
export const isSettled = (verdict: VerdictName): boolean =>
  verdict === 'worse' || verdict === 'better' || verdict === 'same';

/** Returns the smallest change, as a share, that an interval of that width can detect; null without an interval. */
export const smallestFindable = (interval: LogInterval | null): number | null =>
  interval === null ? null : Math.expm1((interval[1] - interval[0]) / 2);

/**
 * Returns how many more pairs (or runs a side) would settle a verdict if the effect stays the same: the width of an interval
 * falls with the square root of their number. Null if the effect equals the threshold, where no number would.
 * @param count pairs or runs so far
 */
export function furtherNeeded(
  { effect, interval }: { readonly effect: number; readonly interval: LogInterval | null },
  count: number,
  threshold: number,
): number | null {
  if (interval === null) return null;
  const distance = Math.abs(Math.abs(effect) - Math.log1p(threshold));
  if (distance < 1e-6) return null;
  const half = (interval[1] - interval[0]) / 2;
  // Rounding errors don't add a pair: 16.000000000000004 is 16.
  const needed = Math.ceil(count * (half / distance) ** 2 - 1e-9);
  return needed > 1_000_000 ? null : Math.max(0, needed - count);
}
