import type { EndpointsFile } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import { checkLimit } from '../values/limits.ts';
import { stagesDurationS } from '../values/stages.ts';
import type { ArrivalProcess, Stage, TransportName } from '../vocabulary.ts';
import type { RunPlan } from './types.ts';

/** Load model options: closed (`concurrency`) or open (`ratePerS` or `stages`); absent: not set. */
export interface LoadChoices {
  readonly concurrency?: number | undefined;
  readonly ratePerS?: number | undefined;
  readonly stages?: readonly Stage[] | undefined;
  readonly arrivals?: ArrivalProcess | undefined;
  readonly maxInFlight?: number | undefined;
}

/** User options of one run; absent: not set. */
export interface PlanChoices extends LoadChoices {
  readonly requests?: number | undefined;
  readonly durationS?: number | undefined;
  readonly seed?: number | undefined;
  readonly warmup?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly drainMs?: number | undefined;
  readonly maxRedirects?: number | undefined;
  readonly maxHeadBytes?: number | undefined;
  readonly insecure?: boolean | undefined;
  readonly workers?: number | undefined;
  readonly coldStart?: boolean | undefined;
  readonly transport?: TransportName | undefined;
}

/**
 * Defaults if neither the options nor the file set a value. The seed is fixed, so that two runs send the same sequence.
 */
export const planDefaults = {
  requests: 10,
  concurrency: 5,
  /** Duration of an open-model run without requests, duration, or stages, s. */
  openDurationS: 10,
  maxInFlight: 1_000,
  seed: 1,
  warmup: 0,
  timeoutMs: 30_000,
  drainMs: 30_000,
  maxRedirects: 0,
  /** The limit of browsers, bytes. */
  maxHeadBytes: 262_144,
  coldStart: false,
} as const;

/**
 * Returns the plan of a run. Options override the file, and the file overrides the defaults. The amount (requests,
 * duration, or both) comes from one source as a whole: `--duration 30s` sends for 30 s, whatever `@requests` the file
 * has. So does the load model: `--concurrency 10` selects the closed model, whatever `@rate` the file has. Stages have
 * their own duration.
 * @throws LoadlensError for an invalid value
 */
export function makePlan(choices: PlanChoices, file: Pick<EndpointsFile, 'defaults' | 'objectives'>): RunPlan {
  const { defaults } = file;
  const load = loadOf(choices, defaults);
  const amount = [choices, defaults].find(
    ({ requests, durationS, stages }) => requests !== undefined || durationS !== undefined || stages !== undefined,
  );
  const maxHeadBytes = choices.maxHeadBytes ?? defaults.maxHeadBytes;
  return {
    ...load,
    ...amountOf(load, amount),
    seed: checkLimit('seed', choices.seed ?? defaults.seed ?? planDefaults.seed),
    warmup: checkLimit('warmup', choices.warmup ?? defaults.warmup ?? planDefaults.warmup),
    timeoutMs: checkLimit('timeoutMs', choices.timeoutMs ?? defaults.timeoutMs ?? planDefaults.timeoutMs),
    drainMs: checkLimit('drainMs', choices.drainMs ?? planDefaults.drainMs),
    maxRedirects: checkLimit('maxRedirects', choices.maxRedirects ?? planDefaults.maxRedirects),
    ...(maxHeadBytes === undefined ? {} : { maxHeadBytes: checkLimit('maxHeadBytes', maxHeadBytes) }),
    ...((choices.insecure ?? defaults.insecure) && { insecure: true }),
    ...(choices.workers === undefined ? {} : { workers: checkLimit('workers', choices.workers) }),
    coldStart: choices.coldStart ?? planDefaults.coldStart,
    ...(choices.transport && { transport: choices.transport }),
    objectives: file.objectives,
  };
}

const steady = (rate: number): Stage => ({ fromPerS: rate, toPerS: rate, durationS: null });
const isOpen = ({ ratePerS, stages }: LoadChoices): boolean => ratePerS !== undefined || stages !== undefined;

/** Returns the options that repeat a plan. */
export function choicesOfPlan(plan: RunPlan): PlanChoices {
  const { loadModel, concurrency, requests, durationS, ...rest } = plan;
  return {
    ...rest,
    requests: requests ?? undefined,
    durationS: durationS ?? undefined,
    ...(loadModel === 'open' ? { maxInFlight: concurrency } : { concurrency }),
  };
}

function loadOf(
  choices: LoadChoices,
  defaults: LoadChoices,
): Pick<RunPlan, 'loadModel' | 'concurrency' | 'arrivals' | 'stages'> {
  const from = choices.concurrency !== undefined || isOpen(choices) ? choices : defaults;
  if (!isOpen(from)) {
    const concurrency = choices.concurrency ?? defaults.concurrency ?? planDefaults.concurrency;
    return { loadModel: 'closed', concurrency: checkLimit('concurrency', concurrency) };
  }
  const { ratePerS, stages } = from;
  if (ratePerS !== undefined && stages !== undefined) {
    throw new LoadlensError("A rate and stages can't be combined.", { hint: 'Use only one of them.' });
  }
  return {
    loadModel: 'open',
    concurrency: checkLimit('maxInFlight', choices.maxInFlight ?? defaults.maxInFlight ?? planDefaults.maxInFlight),
    arrivals: choices.arrivals ?? defaults.arrivals ?? 'constant',
    stages: stages ?? [steady(checkLimit('ratePerS', ratePerS ?? Number.NaN))],
  };
}

/** Returns requests and duration. Stages end with their last one if nothing ends earlier. */
function amountOf(
  { loadModel, stages }: Pick<RunPlan, 'loadModel' | 'stages'>,
  amount: Pick<PlanChoices, 'requests' | 'durationS'> | undefined,
): Pick<RunPlan, 'requests' | 'durationS'> {
  const requests = amount?.requests;
  const stagesS = stages === undefined ? null : stagesDurationS(stages);
  const ends = [amount?.durationS, stagesS].filter((end) => end !== undefined && end !== null);
  const durationS = ends.length > 0 ? Math.min(...ends) : undefined;
  const byDefault =
    requests !== undefined || durationS !== undefined
      ? {}
      : loadModel === 'open'
        ? { durationS: planDefaults.openDurationS }
        : { requests: planDefaults.requests };
  const chosen = { requests, durationS, ...byDefault };
  return {
    requests: chosen.requests === undefined ? null : checkLimit('requests', chosen.requests),
    durationS: chosen.durationS === undefined ? null : checkLimit('durationS', chosen.durationS),
  };
}
