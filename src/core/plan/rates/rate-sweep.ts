import type { EndpointsFile } from '../../endpoints/types.ts';
import { isWithin, rateLimit } from '../../values/limits.ts';
import { checkLimit } from '../../values/plan-options.ts';
import { targetRatePerS } from '../load/target-rate.ts';
import { makePlan, planDefaults, type PlanChoices } from '../plan.ts';
import { defaultCoolDownMs, levelsBetween, mostLevels, type SweepPlan } from '../sweep.ts';
import type { RunPlan } from '../types.ts';

/** User options of a sweep over arrival rates. */
export interface RateSweepChoices extends Omit<PlanChoices, 'concurrency' | 'ratePerS' | 'stages'> {
  /** Requests/s; Infinity: all requests as soon as possible. */
  readonly rates: readonly number[];
  readonly coolDownMs?: number | undefined;
}

/** Least number of requests of a level by default. A p95 needs 59 for its interval. */
const fewestRequests = 60;
/** Warm-up requests of a level by default, at most; those of a second, otherwise. */
const mostWarmup = 100;

/**
 * Returns the rates in `1,2,4.5,inf` or `1..64,inf`, sorted and without duplicates. A range has the powers of two in it and its
 * ends. Undefined for other texts.
 */
export function parseRates(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => ratesIn(part.trim()));
  const rates = [...new Set(parts.flatMap((part) => part ?? []))].toSorted((a, b) => a - b);
  return parts.includes(undefined) || rates.length > mostLevels ? undefined : rates;
}

function ratesIn(text: string): number[] | undefined {
  if (text === 'inf') return [Infinity];
  const [first = Number.NaN, last = first] = (/^\d+(?:\.\d+)?(?:\.\.\d+(?:\.\d+)?)?$/.test(text) ? text : '')
    .split('..')
    .map((part) => (part === '' ? Number.NaN : Number(part)));
  if (!isWithin(rateLimit, first) || !isWithin(rateLimit, last) || first > last) return undefined;
  return levelsBetween(first, last);
}

/**
 * Returns the rates of a sweep that aren't measured: finite ones above a rate at which the server was over-saturated.
 * @param done completed runs
 */
export function skippedRates(
  levels: readonly RunPlan[],
  done: readonly { readonly plan: RunPlan; readonly saturation?: { readonly overSaturated: boolean } }[],
): number[] {
  const over = done.filter(({ saturation }) => saturation?.overSaturated).map(({ plan }) => targetRatePerS(plan));
  const overAt = Math.min(Infinity, ...over.map((rate) => rate ?? Infinity));
  const measured = new Set(done.map(({ plan }) => targetRatePerS(plan)));
  return levels
    .map((plan) => targetRatePerS(plan) ?? 0)
    .filter((rate) => rate > overAt && rate < Infinity && !measured.has(rate));
}

/** Returns finite rates above those tested: the highest so far, and three doublings of it. */
export function higherRates(tested: readonly number[]): number[] {
  const highest = Math.max(rateLimit.min, ...tested.filter(Number.isFinite));
  return [...new Set([1, 2, 4, 8].map((factor) => Math.min(rateLimit.max, highest * factor)))];
}

/**
 * Returns the plan of a sweep over arrival rates. Options of a run apply to each level. By default, a level lasts 10 s, and
 * longer if 60 requests take longer, and warms up with the requests of a second, up to 100. A level of all requests at once has
 * as many as the highest other level.
 * @throws LoadlensError for an invalid value
 */
export function makeRateSweepPlan(
  choices: RateSweepChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'>,
): SweepPlan {
  const highest = Math.max(0, ...choices.rates.filter(Number.isFinite));
  return {
    levels: choices.rates.map((rate) => rateLevelPlan(rate, highest, choices, file)),
    coolDownMs: checkLimit('drainMs', choices.coolDownMs ?? defaultCoolDownMs),
  };
}

/**
 * Returns the plan of one level.
 * @param highest highest finite rate; 0 if there is none
 */
export function rateLevelPlan(
  rate: number,
  highest: number,
  choices: PlanChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'>,
): RunPlan {
  // A precision can't end a level whose requests are all due at once.
  const { until, stages: _stages, ratePerS: _rate, concurrency: _concurrency, ...rest } = file.defaults;
  const defaults = { ...rest, ...(until && rate < Infinity && { until }) };
  const set = [choices, file.defaults].find(
    ({ requests, durationS }) => requests !== undefined || durationS !== undefined,
  );
  const secondsOf = (perS: number): number => Math.max(planDefaults.openDurationS, fewestRequests / perS);
  const warmup = choices.warmup ?? defaults.warmup;
  const load =
    rate === Infinity
      ? {
          ratePerS: 'inf' as const,
          requests:
            set?.requests ??
            Math.max(fewestRequests, highest === 0 ? 0 : Math.ceil(highest * (set?.durationS ?? secondsOf(highest)))),
          durationS: undefined,
          warmup: warmup ?? Math.min(mostWarmup, Math.max(1, Math.ceil(highest))),
        }
      : {
          ratePerS: rate,
          requests: set?.requests,
          durationS: set === undefined ? secondsOf(rate) : set.durationS,
          warmup: warmup ?? Math.min(mostWarmup, Math.ceil(rate)),
        };
  const plan = makePlan(
    { ...choices, stages: undefined, ...(rate === Infinity && { until: undefined }), ...load },
    { ...file, defaults },
  );
  return rate === Infinity ? plan : { ...plan, untilSaturated: true };
}
