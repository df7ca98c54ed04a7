import { succeeds } from '../../metrics/levels.ts';
import type { RunRecord } from '../run.ts';
import { isOverSaturated, loadOf } from './rate-levels.ts';
import type { SweepRecord } from './sweep.ts';

/** The level of a sweep to run a language model server at, and why. */
export interface OperatingPoint {
  readonly level: RunRecord;
  /** The most goodput of the levels that meet all objectives; without objectives, the highest level with a good trade-off. */
  readonly rule: 'goodput' | 'trade-off';
  /** No higher level was measured, so one may be better. */
  readonly isHighest: boolean;
}

/** Returns the best operating point of a sweep; null if no level is one, or if nothing was streamed. */
export function operatingPointOf({ levels, figures }: Pick<SweepRecord, 'levels' | 'figures'>): OperatingPoint | null {
  const streamed = levels.filter((level) => level.ttftMs !== undefined && succeeds(level) && !isOverSaturated(level));
  if (streamed.length === 0) return null;
  const judged = streamed.filter(({ goodputPerS }) => goodputPerS !== null);
  const level =
    judged.length > 0
      ? bestOf(judged.filter(({ objectives }) => objectives.every(({ outcome }) => outcome === 'pass')))
      : streamed.findLast(({ plan }) => plan.concurrency === figures.recommended.concurrency);
  if (level === undefined) return null;
  const isHighest = levels.every((other) => loadOf(other) <= loadOf(level));
  return { level, rule: judged.length > 0 ? 'goodput' : 'trade-off', isHighest };
}

/** Returns the level with the most goodput, of equals the lowest. */
function bestOf(levels: readonly RunRecord[]): RunRecord | undefined {
  const most = Math.max(...levels.map(({ goodputPerS }) => goodputPerS ?? 0));
  return levels.find(({ goodputPerS }) => (goodputPerS ?? 0) === most);
}
