import { leastCount, quantileShares } from '../../../src/core/metrics/statistics/quantiles.ts';
import type { Distribution, QuantileName } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMsRange } from '../../../src/core/format.ts';

/** Reliability of a quantile: its interval, or the number of responses needed for one. */
export interface Reliability {
  readonly reliable: boolean;
  readonly words: string;
}

/**
 * The 95% interval of a quantile in words; `needs` returns the number of values needed, `none` that there is no
 * interval.
 */
export function reliability(
  distribution: Distribution,
  name: QuantileName,
  needs = (count: string): string => `needs ${count} responses`,
  none = 'no response',
): Reliability {
  const interval = distribution.interval95[name];
  if (interval !== null) {
    return { reliable: true, words: formatMsRange(...interval).join('–') };
  }
  if (distribution.count === 0) return { reliable: true, words: none };
  const needed = formatCount(leastCount(quantileShares[name]));
  return { reliable: false, words: needs(needed) };
}

/** Returns the remark of a reliable number for a tile, which has no heading that explains it. */
export const intervalWords = (words: string): string => (/\d/.test(words) ? `95% interval ${words}` : words);
