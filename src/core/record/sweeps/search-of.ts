import type { SearchChoices } from '../../plan/capacity-search.ts';
import type { LevelTrial } from '../../plan/capacity.ts';
import type { SweepRecord } from './sweep.ts';

/** A search as a record has it, whatever it raised. */
export interface RecordedSearch extends SearchChoices {
  readonly trials: readonly LevelTrial[];
  /** Highest level that meets the objectives; null without one. */
  readonly capacity: number | null;
  /** Lowest level that doesn't; null without one. */
  readonly firstFailing: number | null;
  /** Two runs agree on each side of the boundary. */
  readonly sure: boolean;
  /** Rates that differ by less than this share count as the same; undefined for concurrency. */
  readonly resolution?: number;
}

/**
 * Returns whether the lowest level that doesn't meet the objectives failed: a run of it did, and most others didn't pass.
 * All of them may be undecided, and after a cancellation, two may disagree.
 */
export function surelyFails(search: RecordedSearch | undefined): boolean {
  const outcomes =
    search?.trials.filter(({ level }) => level === search.firstFailing).map(({ outcome }) => outcome) ?? [];
  return outcomes.includes('fail') && outcomes.filter((outcome) => outcome === 'pass').length * 2 < outcomes.length;
}

/** Returns the search of a record; undefined for a sweep of fixed levels. */
export function searchOf({
  search,
  rateSearch,
}: Pick<SweepRecord, 'search' | 'rateSearch'>): RecordedSearch | undefined {
  if (search !== undefined) {
    const { objectives, from, to, trials, capacity, firstFailing, sure } = search;
    const levels = trials.map(({ concurrency, outcome }) => ({ level: concurrency, outcome }));
    return { by: 'concurrency', objectives, range: [from, to], trials: levels, capacity, firstFailing, sure };
  }
  if (rateSearch === undefined) return undefined;
  const { objectives, fromPerS, toPerS, trials, capacityPerS, firstFailingPerS, sure, resolution } = rateSearch;
  const levels = trials.map(({ ratePerS, outcome }) => ({ level: ratePerS, outcome }));
  return {
    by: 'rate',
    objectives,
    range: [fromPerS, toPerS],
    trials: levels,
    capacity: capacityPerS,
    firstFailing: firstFailingPerS,
    sure,
    resolution,
  };
}
