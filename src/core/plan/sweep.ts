import type { EndpointsFile } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import { checkLimit, limitOf, withinLimit } from '../values/plan-options.ts';
import { makePlan, type PlanChoices } from './plan.ts';
import type { RunInput, RunPlan } from './types.ts';

/** Runs of the same targets at increasing concurrency or arrival rates. */
export interface SweepPlan {
  /** One run per level, in order of measurement. */
  readonly levels: readonly RunPlan[];
  /** Pause between two levels after the last response, ms, so that the server's queue can drain. */
  readonly coolDownMs: number;
}

/** Input of a sweep. */
export interface SweepInput extends Omit<RunInput, 'plan'> {
  readonly plan: SweepPlan;
}

/** User options of a sweep. */
export interface SweepChoices extends Omit<PlanChoices, 'concurrency'> {
  readonly levels: readonly number[];
  readonly coolDownMs?: number | undefined;
}

/** Default pause between two levels, ms. */
export const defaultCoolDownMs = 500;
/** Requests of a level per slot, and in total, by default. */
export const requestsPerSlot = 10;
const fewestRequests = 20;
/** With objectives, at least as many as a p95 needs for its interval. */
const fewestToJudge = 60;
/** Maximum number of levels. */
export const mostLevels = 64;

/** Returns the levels in `1,2,4,8`, sorted and without duplicates; undefined for other texts. */
export function parseLevels(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,5}$/.test(part))) return undefined;
  const levels = [...new Set(parts.map(Number))].toSorted((a, b) => a - b);
  const fits = levels.every((level) => withinLimit('concurrency', level));
  return fits && levels.length <= mostLevels ? levels : undefined;
}

/** Returns the first and last level of `1..64`; undefined for other texts. */
export function parseRange(text: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d{1,5})\.\.(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1 && first <= last && last <= limitOf('concurrency').max ? [first, last] : undefined;
}

/** Returns the powers of two within a range, and both ends. */
export function levelsBetween(first: number, last: number): number[] {
  const powers = Array.from({ length: 14 }, (_, exponent) => 2 ** exponent);
  const inside = powers.filter((power) => power > first && power < last);
  return first === last ? [first] : [first, ...inside, last];
}

/** Returns levels above those tested: concurrency 1 to compare with, the highest so far, and three doublings of it. */
export function higherLevels(tested: readonly number[]): number[] {
  const highest = Math.max(1, ...tested);
  const { max } = limitOf('concurrency');
  return [...new Set([1, ...[1, 2, 4, 8].map((factor) => Math.min(max, highest * factor))])];
}

/**
 * Returns the plan of a sweep. Options of a run apply to each level. By default, a level sends 10 requests per slot (at
 * least 20, with objectives 60) and warms up with one per slot.
 * @throws LoadlensError for an invalid value
 */
export function makeSweepPlan(choices: SweepChoices, file: Pick<EndpointsFile, 'defaults' | 'objectives'>): SweepPlan {
  return {
    levels: choices.levels.map((level) => levelPlan(level, choices, file)),
    coolDownMs: checkLimit('drainMs', choices.coolDownMs ?? defaultCoolDownMs),
  };
}

/** Returns the plan of one level. */
export function levelPlan(
  level: number,
  choices: PlanChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'>,
): RunPlan {
  const isSet = [choices, file.defaults].some(({ requests, conversations, durationS }) =>
    [requests, conversations, durationS].some((end) => end !== undefined),
  );
  const fewest = file.objectives.length === 0 ? fewestRequests : fewestToJudge;
  const plan = makePlan(
    {
      ...choices,
      concurrency: level,
      requests: isSet ? choices.requests : Math.max(fewest, requestsPerSlot * level),
      warmup: choices.warmup ?? file.defaults.warmup ?? level,
    },
    file,
  );
  if (plan.requests !== null && plan.requests < level) {
    throw new LoadlensError(
      `Level ${level} requires at least ${level} requests, but only ${plan.requests} are planned.`,
      {
        hint: `Use -n ${level} or more, or remove higher levels.`,
      },
    );
  }
  return plan;
}
