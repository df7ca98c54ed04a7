import { closeShare, succeeds } from '../../metrics/levels.ts';
import type { RunRecord } from '../run.ts';
import { isOverSaturated, loadOf } from './rate-levels.ts';
import { searchOf } from './search-of.ts';
import type { SweepRecord } from './sweep.ts';

/** The level of a sweep to run a language model server at, and why. */
export interface OperatingPoint {
  readonly level: RunRecord;
  /**
   * `goodput`: the most of the levels that meet all objectives. `trade-off`: the highest level with a good one, without
   * objectives. `capacity`: what a search found.
   */
  readonly rule: 'goodput' | 'trade-off' | 'capacity';
  /** No higher level was measured, so one may be better. */
  readonly isHighest: boolean;
  /** Other levels that meet all objectives, with nearly as much goodput. */
  readonly near: readonly RunRecord[];
}

/** Returns the best operating point of a sweep; null if no level is one, or if nothing was streamed. */
export function operatingPointOf(
  sweep: Pick<SweepRecord, 'levels' | 'figures' | 'search' | 'rateSearch'>,
): OperatingPoint | null {
  const { levels, figures } = sweep;
  const streamed = levels.filter((level) => level.ttftMs !== undefined && succeeds(level) && !isOverSaturated(level));
  const judged = streamed.filter(({ goodputPerS }) => goodputPerS !== null);
  const met = streamed.filter(({ objectives }) => objectives.every(({ outcome }) => outcome === 'pass'));
  const search = searchOf(sweep);
  const [rule, level]: [OperatingPoint['rule'], RunRecord | undefined] =
    search !== undefined
      ? ['capacity', met.find((run) => loadOf(run) === search.capacity)]
      : judged.length > 0
        ? ['goodput', bestOf(met)]
        : ['trade-off', streamed.findLast(({ plan }) => plan.concurrency === figures.recommended.concurrency)];
  if (level === undefined) return null;
  const least = (1 - closeShare) * goodputOf(level);
  return {
    level,
    rule,
    isHighest: levels.every((other) => loadOf(other) <= loadOf(level)),
    near: rule === 'goodput' ? met.filter((other) => other !== level && goodputOf(other) >= least) : [],
  };
}

const goodputOf = ({ goodputPerS }: RunRecord): number => goodputPerS ?? 0;

/** Returns the level with the most goodput, of equals the lowest. */
const bestOf = (levels: readonly RunRecord[]): RunRecord | undefined =>
  levels.toSorted((one, other) => goodputOf(other) - goodputOf(one))[0];
