import type { EndpointsFile } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import { checkLimit, planLimits } from '../values/limits.ts';
import { makePlan, type PlanChoices } from './plan.ts';
import type { RunInput, RunPlan } from './types.ts';

/** Runs of the same targets at one concurrency after the other. */
export interface SweepPlan {
  /** One run each, in the order they are measured. */
  readonly levels: readonly RunPlan[];
  /** Pause between two levels, ms, after the last answer of a level has come: a queue behind the server can empty. */
  readonly coolDownMs: number;
}

/** Everything a sweep needs. */
export interface SweepInput extends Omit<RunInput, 'plan'> {
  readonly plan: SweepPlan;
}

/** What a user chose for a sweep. */
export interface SweepChoices extends Omit<PlanChoices, 'concurrency'> {
  readonly levels: readonly number[];
  readonly coolDownMs?: number | undefined;
}

/** The pause between two levels unless another is chosen. */
export const defaultCoolDownMs = 500;
/** Requests of a level for each slot, and in all, when neither choices nor file say how many. */
export const requestsPerSlot = 10;
const fewestRequests = 20;
const mostLevels = 64;

/** The levels in `1,2,4,8`, in ascending order and each once; undefined when it is no such list. */
export function parseLevels(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,5}$/.test(part))) return undefined;
  const levels = [...new Set(parts.map(Number))].toSorted((a, b) => a - b);
  const fits = levels.every((level) => level >= 1 && level <= planLimits.concurrency.max);
  return fits && levels.length <= mostLevels ? levels : undefined;
}

/** First and last level of `1..64`; undefined when it is no such range. */
export function parseRange(text: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d{1,5})\.\.(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1 && first <= last && last <= planLimits.concurrency.max ? [first, last] : undefined;
}

/** The powers of two within a range, and both its ends. */
export function levelsBetween(first: number, last: number): number[] {
  const powers = Array.from({ length: 14 }, (_, exponent) => 2 ** exponent);
  const inside = powers.filter((power) => power > first && power < last);
  return first === last ? [first] : [first, ...inside, last];
}

/**
 * The plan of a sweep. What holds for a run holds for each level; unless chosen, a level sends 10 requests for each slot
 * (at least 20) and warms up with one for each. Throws a LoadlensError for a value that can't be used.
 */
export function makeSweepPlan(choices: SweepChoices, file: Pick<EndpointsFile, 'defaults' | 'objectives'>): SweepPlan {
  return {
    levels: choices.levels.map((level) => levelPlan(level, choices, file)),
    coolDownMs: checkLimit('drainMs', choices.coolDownMs ?? defaultCoolDownMs),
  };
}

/** The plan of one level. */
export function levelPlan(
  level: number,
  choices: PlanChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'>,
): RunPlan {
  const isSet = [choices, file.defaults].some((from) => from.requests !== undefined || from.durationS !== undefined);
  const plan = makePlan(
    {
      ...choices,
      concurrency: level,
      requests: isSet ? choices.requests : Math.max(fewestRequests, requestsPerSlot * level),
      warmup: choices.warmup ?? file.defaults.warmup ?? level,
    },
    file,
  );
  if (plan.requests !== null && plan.requests < level) {
    throw new LoadlensError(`The level ${level} needs at least ${level} requests; the plan has ${plan.requests}.`, {
      hint: `Ask for ${level} or more with -n, or leave lower levels.`,
    });
  }
  return plan;
}
