import {
  formatChange,
  formatCount,
  formatMs,
  formatMsRange,
  formatPercent,
  formatPoints,
  formatRate,
  noValue,
} from '../../format.ts';
import type { ComparisonRow, ComparisonUnit, Measured } from './compare-runs.ts';

const formats: Readonly<Record<ComparisonUnit, (value: number | null) => string>> = {
  ms: formatMs,
  'req/s': formatRate,
  'tokens/s': (value) => formatRate(value, 'tokens'),
  ratio: formatPercent,
  count: formatCount,
};

/** Says what the intervals beside two runs are of. */
export const intervalRemark =
  'The 95% interval of each run is of its own requests. Run-to-run noise is not in this interval.';

/** Returns a number of one run, with a question mark if it rests on too few responses. */
export const measuredText = (unit: ComparisonUnit, { value, unsure }: Measured): string =>
  `${formats[unit](value)}${unsure ? ' ?' : ''}`;

/** Returns the interval of a number of one run; empty without one. */
export const intervalText = ({ interval }: Measured): string =>
  interval === undefined ? '' : formatMsRange(...interval).join('–');

/** Returns how a number changed; of a ratio in percentage points. */
export function changedText({ unit, before, after, change }: ComparisonRow): string {
  if (change === null) return noValue;
  return `${unit === 'ratio' ? formatPoints(change) : formatChange(change)}${before.unsure || after.unsure ? ' ?' : ''}`;
}
