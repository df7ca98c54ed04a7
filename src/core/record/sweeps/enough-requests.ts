import { searchedPlan, type SearchPlan } from '../../plan/capacity-search.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import { countedByRequest, neededCounts } from '../../plan/objectives.ts';
import type { SweepPlan } from '../../plan/sweep.ts';
import type { RunPlan } from '../../plan/types.ts';
import { tooFewSentence } from './level-words.ts';
import { tooFewToConfirm } from './search-needs.ts';

/**
 * Returns which levels of a plan have too few requests to judge their objectives, and how many they need; empty if none, or if
 * only a run shows how many requests it sends. The result has the same sentences.
 */
export function tooFewRequests(plan: SweepPlan | SearchPlan): string[] {
  if (!('levels' in plan)) {
    const { by, objectives, range } = plan;
    // By concurrency, it starts at the lowest level. By rate, it starts anywhere, and the highest has the most requests.
    return tooFewToConfirm(objectives, mostRequests(searchedPlan(plan, by === 'rate' ? range[1] : range[0])));
  }
  const finite = plan.levels.filter((level) => targetRatePerS(level) !== Infinity);
  const needs = (finite.length > 0 ? finite : plan.levels).map((level) => ({
    level,
    needed: neededCounts(countedByRequest(level.objectives), mostRequests(level)),
  }));
  const few = needs.filter(({ needed }) => needed.length > 0);
  const texts = new Set(few.flatMap(({ needed }) => needed));
  return few.length === 0
    ? []
    : [
        tooFewSentence(
          few.map(({ level }) => level),
          `: ${[...texts].join(', ')}`,
        ),
      ];
}

/** Number of requests that a plan sends at most; Infinity if nothing limits it in advance. */
function mostRequests(plan: RunPlan): number {
  const { requests, durationS } = plan;
  const rate = targetRatePerS(plan);
  const inTime = rate === null || durationS === null ? Infinity : rate * durationS;
  return Math.min(requests ?? Infinity, inTime);
}
