import type { EndpointsFile } from '../endpoints/types.ts';
import { distinctObjectives } from '../values/objectives.ts';
import { checkLimit } from '../values/plan-options.ts';
import type { Objective } from '../vocabulary.ts';
import {
  neededToPass,
  nextConcurrency,
  requestsToJudge,
  trialOutcome,
  type LevelTrial,
  type NextLevel,
} from './capacity.ts';
import { targetRatePerS } from './load/target-rate.ts';
import type { Measured } from './objectives.ts';
import type { PlanChoices } from './plan.ts';
import { nextRate, rateOutcome, searchedRatePlan, searchedRates } from './rates/rate-search.ts';
import { defaultCoolDownMs, levelPlan, requestsPerSlot } from './sweep.ts';
import type { RunInput, RunPlan } from './types.ts';

/** What a capacity search looks for. */
export interface SearchChoices {
  /** What it raises. */
  readonly by: 'concurrency' | 'rate';
  /** Objectives with limits of their own. */
  readonly objectives: readonly Objective[];
  /** Lowest and highest level to try: concurrency, or requests/s. */
  readonly range: readonly [first: number, last: number];
}

/** A search for the highest concurrency or arrival rate that meets objectives. */
export interface SearchPlan extends SearchChoices {
  /** Pause between two runs after the last response, ms. */
  readonly coolDownMs: number;
  /** Options of each run, and the file's. */
  readonly choices: PlanChoices;
  readonly defaults: EndpointsFile['defaults'];
}

/** Input of a capacity search. */
export interface SearchInput extends Omit<RunInput, 'plan'> {
  readonly plan: SearchPlan;
}

/** Default range of a search: concurrency, or requests/s. */
export const searchedRange: Readonly<Record<SearchChoices['by'], SearchChoices['range']>> = {
  concurrency: [1, 256],
  rate: searchedRates,
};

/**
 * Returns the plan of a search. Options apply to each run.
 * @throws LoadlensError for an invalid value
 */
export function makeSearchPlan(
  { by, objectives, range }: SearchChoices,
  { coolDownMs, ...choices }: PlanChoices & { readonly coolDownMs?: number | undefined },
  { defaults }: Pick<EndpointsFile, 'defaults'>,
): SearchPlan {
  const plan = {
    by,
    objectives: distinctObjectives(objectives),
    range,
    coolDownMs: checkLimit('drainMs', coolDownMs ?? defaultCoolDownMs),
    choices,
    defaults,
  };
  searchedPlan(plan, range[0]);
  return plan;
}

/**
 * Returns the plan of a run of a search. Unless set, a level of concurrency has as many requests as the objectives need, and at
 * least 10 per slot. For rates, see `searchedRatePlan`.
 * @param level concurrency, or requests/s; Infinity: all requests at once
 */
export function searchedPlan({ by, objectives, choices, defaults }: SearchPlan, level: number): RunPlan {
  const file = { defaults, objectives };
  if (by === 'rate') return searchedRatePlan(level, objectives, choices, file);
  const requests = choices.requests ?? Math.max(requestsToJudge(objectives), requestsPerSlot * level);
  const amount = choices.durationS === undefined ? { requests: Math.max(requests, level) } : {};
  return levelPlan(level, { ...choices, ...amount }, file);
}

/** One run of a search. */
export type SearchedRun = Measured & {
  readonly plan: RunPlan;
  readonly saturation?: { readonly overSaturated: boolean };
};

/** A search after its runs so far. */
export interface SearchState {
  /** A search by rate doesn't judge its first run, which sends all requests at once. */
  readonly trials: readonly LevelTrial[];
  readonly next: NextLevel;
}

/**
 * Returns the state of a search. By rate, the first run sends all requests at once: no rate above its throughput lasts, so the
 * search starts at half of it.
 * @param runs in order of measurement
 */
export function searchAfter(plan: SearchPlan, runs: readonly SearchedRun[]): SearchState {
  const { by, objectives, range } = plan;
  if (by === 'concurrency') {
    const trials = runs.map((run) => ({ level: run.plan.concurrency, outcome: trialOutcome(objectives, run) }));
    return { trials, next: nextConcurrency(trials, range) };
  }
  const [atOnce, ...rest] = runs;
  if (atOnce === undefined) {
    return { trials: [], next: { kind: 'try', level: Infinity, reason: 'start', passing: null, failing: null } };
  }
  const trials = rest.map((run) => ({
    level: targetRatePerS(run.plan) ?? Infinity,
    outcome: rateOutcome(trialOutcome(objectives, run), run.saturation?.overSaturated),
  }));
  const next = nextRate(trials, range, (atOnce.successThroughputPerS ?? 0) / 2);
  const failed = next.kind === 'try' && next.reason === 'lower' ? next.failing : null;
  const isLost =
    failed !== null &&
    trials.every(
      ({ level, outcome }, index) => level !== failed || (outcome === 'undecided' && isTooShort(plan, rest[index])),
    );
  return isLost
    ? { trials, next: { kind: 'done', result: { capacity: null, firstFailing: failed, sure: false } } }
    : { trials, next };
}

/**
 * Returns whether a run has too few requests for the objectives, and lower rates don't have more, because requests or duration
 * are set: no rate below can be judged either.
 */
const isTooShort = ({ objectives, choices }: SearchPlan, run: SearchedRun | undefined): boolean =>
  (choices.requests !== undefined || choices.durationS !== undefined) &&
  neededToPass(objectives, run?.requestsSent ?? 0).length > 0;

/**
 * Returns how many runs a search takes from its next level on if it measures nothing again: for a capacity in the middle of
 * the range, or at 1.5 times the first rate, because no rate above twice the first one lasts.
 */
export function expectedRuns({ by, range }: Pick<SearchPlan, 'by' | 'range'>, next: number): number {
  const middle = Math.sqrt(range[0] * range[1]);
  const start = Number.isFinite(next) ? next : middle;
  const capacity = by === 'rate' ? 1.5 * start : middle;
  const trials: LevelTrial[] = [];
  for (;;) {
    const step = by === 'rate' ? nextRate(trials, range, start) : nextConcurrency(trials, range);
    if (step.kind === 'done') return trials.length + (Number.isFinite(next) ? 0 : 1);
    trials.push({ level: step.level, outcome: step.level <= capacity ? 'pass' : 'fail' });
  }
}
