import { leastCount, quantileShares } from '../../../src/core/metrics/statistics/quantiles.ts';
import type { Distribution, QuantileName } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMsRange } from '../../../src/core/format.ts';

/** How far a quantile can be trusted: its interval, or how many responses it would take. */
export interface Reliability {
  readonly reliable: boolean;
  readonly words: string;
}

/** The 95% interval of a quantile in words; `needs` says how many values it would take, `none` that there is not one. */
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

/** Returns the words of a reliable number as the remark of a tile, where no heading says what they are. */
export const intervalWords = (words: string): string => (/\d/.test(words) ? `95% interval ${words}` : words);
