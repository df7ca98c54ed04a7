import type { EndpointsFile } from '../endpoints/types.ts';
import { checkLimit } from './limits.ts';
import type { RunPlan } from './types.ts';

/** What a user chose for one run; absent = not chosen. */
export interface PlanChoices {
  readonly requests?: number | undefined;
  readonly durationS?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly seed?: number | undefined;
  readonly warmup?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly drainMs?: number | undefined;
  readonly maxRedirects?: number | undefined;
  readonly coldStart?: boolean | undefined;
}

/** What holds when neither the choices nor the file say anything. The seed is fixed, so that two runs send the same sequence. */
export const planDefaults = {
  requests: 10,
  concurrency: 5,
  seed: 1,
  warmup: 0,
  timeoutMs: 30_000,
  drainMs: 30_000,
  maxRedirects: 0,
  coldStart: false,
} as const;

/**
 * The plan of a run: choices win over the file, the file over the defaults. How much is sent (requests, duration or both)
 * is taken from one place as a whole: `--duration 30s` sends for 30 s whatever `@requests` the file has.
 * Throws a LoadlensError for a value out of range.
 */
export function makePlan(choices: PlanChoices, file: Pick<EndpointsFile, 'defaults' | 'objectives'>): RunPlan {
  const { defaults } = file;
  const amount = [choices, defaults].find(
    ({ requests, durationS }) => requests !== undefined || durationS !== undefined,
  );
  const requests = amount === undefined ? planDefaults.requests : amount.requests;
  const durationS = amount?.durationS;
  return {
    loadModel: 'closed',
    requests: requests === undefined ? null : checkLimit('requests', requests),
    durationS: durationS === undefined ? null : checkLimit('durationS', durationS),
    concurrency: checkLimit('concurrency', choices.concurrency ?? defaults.concurrency ?? planDefaults.concurrency),
    seed: checkLimit('seed', choices.seed ?? defaults.seed ?? planDefaults.seed),
    warmup: checkLimit('warmup', choices.warmup ?? defaults.warmup ?? planDefaults.warmup),
    timeoutMs: checkLimit('timeoutMs', choices.timeoutMs ?? defaults.timeoutMs ?? planDefaults.timeoutMs),
    drainMs: checkLimit('drainMs', choices.drainMs ?? planDefaults.drainMs),
    maxRedirects: checkLimit('maxRedirects', choices.maxRedirects ?? planDefaults.maxRedirects),
    coldStart: choices.coldStart ?? planDefaults.coldStart,
    objectives: file.objectives,
  };
}
