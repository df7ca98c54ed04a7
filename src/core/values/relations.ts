import type { Objective } from '../vocabulary.ts';
import { isShare } from './objective-metrics.ts';

/** Where the limit of a relative objective comes from. */
export type Relation = NonNullable<Objective['baseline']>;

/** Returns whether a text can be the name of a baseline: letters, digits, `.`, `_`, and `-`. */
export const isBaselineName = (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,99}$/.test(text);

/** Name of the baseline, unless the file or the user names another one. */
export const defaultBaseline = 'main';

/** Maximum distance of a limit above its baseline, as a share. */
const mostAbove = 100;

/**
 * Reads the value of a relative objective: `baseline`, `baseline + 5%`, or `baseline - 10%`.
 * @returns undefined for another text
 */
export function parseRelation(text: string): Relation | undefined {
  const [all, sign = '+', digits = '0'] =
    /^baseline(?:\s*([+-])\s*(\d{1,5}(?:\.\d{1,6})?)\s*%)?$/.exec(text.trim()) ?? [];
  // Without the error of the division: 325.28% is 3.2528.
  const share = Number((Number(digits) / 100).toPrecision(12));
  if (all === undefined || share > mostAbove || (sign === '-' && share >= 1)) return undefined;
  return { change: sign === '-' && share > 0 ? -share : share };
}

/** Returns how a limit differs from its baseline: ` + 5%`; empty if it doesn't. */
export function relationText({ change }: Relation): string {
  if (change === 0) return '';
  const percent = Number((Math.abs(change) * 100).toPrecision(12));
  return ` ${change > 0 ? '+' : '-'} ${percent}%`;
}

/**
 * Returns the limit for a value of the baseline, in the same unit. The percentage of a ratio, such as the share of
 * errors, is added as it is: a share of no errors would allow none.
 */
export function relativeLimit(metric: string, value: number, { change }: Relation): number {
  if (isShare(metric)) return Math.min(1, Math.max(0, value + change));
  return value * (1 + change);
}
