import { searchedPlan, type SearchPlan } from '../../plan/capacity-search.ts';
import { neededToPass, neverConfirmed } from '../../plan/capacity.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import { neededCounts } from '../../plan/objectives.ts';
import type { SweepPlan } from '../../plan/sweep.ts';
import type { RunPlan } from '../../plan/types.ts';
import { splitMetric } from '../../values/objective-metrics.ts';
import type { Objective } from '../../vocabulary.ts';
import { levelNames } from './level-words.ts';

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
    needed: neededCounts(counted(level.objectives), mostRequests(level)),
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

/** Returns that levels have too few requests: `Not enough requests to judge concurrency 1: p95 needs 59 per level.` */
export const tooFewSentence = (plans: readonly RunPlan[], needed: string): string =>
  `Not enough requests to judge ${levelNames(plans)}${needed === '' ? '' : `${needed} per level`}.`;

/** Returns what the runs of a search need to confirm a level, if they have fewer requests, or if no number is enough. */
export function tooFewToConfirm(objectives: readonly Objective[], requests: number): string[] {
  const needed = neededToPass(counted(objectives), requests);
  const never = neverConfirmed(objectives).map(({ text }) => text);
  return [
    ...(needed.length === 0 ? [] : [`Not enough requests to confirm a level: ${needed.join(', ')} per run.`]),
    ...(never.length === 0 ? [] : [`No number of requests confirms ${never.join(', ')}.`]),
  ];
}

/** Objectives with one value per request: a stream has many gaps between chunks. A limit by a baseline is never judged. */
const counted = (objectives: readonly Objective[]): Objective[] =>
  objectives.filter(({ metric, value }) => value !== null && splitMetric(metric)?.time !== 'icl');

/** Number of requests that a plan sends at most; Infinity if nothing limits it in advance. */
function mostRequests(plan: RunPlan): number {
  const { requests, durationS } = plan;
  const rate = targetRatePerS(plan);
  const inTime = rate === null || durationS === null ? Infinity : rate * durationS;
  return Math.min(requests ?? Infinity, inTime);
}
