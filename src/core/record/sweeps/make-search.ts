import { searchAfter, type SearchPlan } from '../../plan/capacity-search.ts';
import { resultOfTrials } from '../../plan/capacity.ts';
import { rateResolution } from '../../plan/rates/rate-search.ts';
import { makeSweepRecord, type SweepParts } from './make-sweep.ts';
import type { SweepRecord } from './sweep.ts';

/**
 * Returns the record of a capacity search. One that isn't done has the result of its runs so far, unconfirmed.
 * @param parts levels: runs in order of measurement
 */
export function makeSearchRecord(
  plan: SearchPlan,
  parts: Omit<SweepParts, 'planned' | 'rates' | 'coolDownMs' | 'search' | 'rateSearch'>,
): SweepRecord {
  const { by, objectives, range, coolDownMs } = plan;
  const { trials, next } = searchAfter(plan, parts.levels);
  const { capacity, firstFailing, sure } =
    next.kind === 'done' ? next.result : { ...resultOfTrials(trials), sure: false };
  const levels = trials.map(({ level }) => level);
  if (by === 'concurrency') {
    return makeSweepRecord({
      ...parts,
      planned: levels,
      coolDownMs,
      search: {
        objectives,
        from: range[0],
        to: range[1],
        trials: trials.map(({ level, outcome }) => ({ concurrency: level, outcome })),
        capacity,
        firstFailing,
        sure,
      },
    });
  }
  return makeSweepRecord({
    ...parts,
    planned: [],
    coolDownMs,
    rates: { planned: [null, ...levels], skipped: [] },
    rateSearch: {
      objectives,
      fromPerS: range[0],
      toPerS: range[1],
      resolution: rateResolution,
      trials: trials.map(({ level, outcome }) => ({ ratePerS: level, outcome })),
      capacityPerS: capacity,
      firstFailingPerS: firstFailing,
      sure,
    },
  });
}
