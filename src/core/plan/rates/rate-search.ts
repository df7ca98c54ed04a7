import type { EndpointsFile } from '../../endpoints/types.ts';
import type { Objective } from '../../vocabulary.ts';
import { nextLevel, requestsToJudge, type LevelTrial, type NextLevel, type TrialOutcome } from '../capacity.ts';
import { planDefaults, type PlanChoices } from '../plan.ts';
import { rateLevelPlan } from './rate-sweep.ts';
import type { RunPlan } from '../types.ts';

/** Rates that differ by less than this share of the lower one count as the same. */
export const rateResolution = 0.05;

/** Default range of a search, requests/s. */
export const searchedRates = [0.01, 100_000] as const;

/** Returns a rate with three significant digits, which is enough for the resolution. */
const rounded = (perS: number): number => Number(perS.toPrecision(3));

/**
 * Returns the next step of a search by rate: doubling or halving from the start until a rate that passes and one that fails are
 * known, then bisection, then one more run of both.
 * @param startPerS rate of the first run
 */
export function nextRate(
  trials: readonly LevelTrial[],
  [first, last]: readonly [first: number, last: number],
  startPerS: number,
): NextLevel {
  return nextLevel(trials, {
    first,
    last,
    start: Math.min(last, Math.max(first, rounded(startPerS))),
    below: (level) => rounded(level / 2),
    between: (low, high) => (high - low > low * rateResolution ? rounded((low + high) / 2) : null),
  });
}

/** Returns the outcome of a run at a rate. A server that doesn't keep up fails, whatever its times so far. */
export const rateOutcome = (outcome: TrialOutcome, overSaturated: boolean | undefined): TrialOutcome =>
  overSaturated ? 'fail' : outcome;

/**
 * Returns the plan of a run at a rate: as long as given, otherwise 10 s, or longer until the objectives have an interval. At an
 * infinite rate, it has as many requests as they need.
 */
export function searchedRatePlan(
  ratePerS: number,
  objectives: readonly Objective[],
  choices: PlanChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'>,
): RunPlan {
  const needed = requestsToJudge(objectives);
  const isSet = choices.requests !== undefined || choices.durationS !== undefined;
  if (ratePerS === Infinity) {
    return rateLevelPlan(Infinity, 0, { ...choices, durationS: undefined, requests: choices.requests ?? needed }, file);
  }
  const amount = isSet ? {} : { durationS: Math.max(planDefaults.openDurationS, needed / ratePerS) };
  return rateLevelPlan(ratePerS, 0, { ...choices, ...amount }, file);
}
