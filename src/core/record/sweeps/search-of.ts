import type { SearchChoices } from '../../plan/capacity-search.ts';
import type { LevelTrial } from '../../plan/capacity.ts';
import type { SweepRecord } from './sweep.ts';

/** A search as a record has it, whatever it raised. */
export interface RecordedSearch extends SearchChoices {
  readonly trials: readonly LevelTrial[];
  /** Highest level that meets the objectives; null without one. */
  readonly capacity: number | null;
}

/** Returns the search of a record; undefined for a sweep of fixed levels. */
export function searchOf({
  search,
  rateSearch,
}: Pick<SweepRecord, 'search' | 'rateSearch'>): RecordedSearch | undefined {
  if (search !== undefined) {
    const { objectives, from, to, trials, capacity } = search;
    const levels = trials.map(({ concurrency, outcome }) => ({ level: concurrency, outcome }));
    return { by: 'concurrency', objectives, range: [from, to], trials: levels, capacity };
  }
  if (rateSearch === undefined) return undefined;
  const { objectives, fromPerS, toPerS, trials, capacityPerS } = rateSearch;
  const levels = trials.map(({ ratePerS, outcome }) => ({ level: ratePerS, outcome }));
  return { by: 'rate', objectives, range: [fromPerS, toPerS], trials: levels, capacity: capacityPerS };
}
