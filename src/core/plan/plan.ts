import type { EndpointsFile } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import { distinctObjectives } from '../values/objectives.ts';
import { checkLimit, planOptions, type PlanOptionName, type PlanValues } from '../values/plan-options.ts';
import { stagesDurationS } from '../values/stages.ts';
import type { Stage } from '../vocabulary.ts';
import { isPaced } from './load/load-models.ts';
import { maxInFlightOf } from './max-in-flight.ts';
import type { RunPlan } from './types.ts';

/** User options of one run; absent: not set. */
export type PlanChoices = { readonly [Name in PlanOptionName]?: PlanValues[Name] | undefined };

/** Load model options: closed (`concurrency`) or open (`ratePerS` or `stages`). */
export type LoadChoices = Pick<
  PlanChoices,
  'concurrency' | 'ratePerS' | 'stages' | 'arrivals' | 'burstiness' | 'maxInFlight' | 'traceSpeed'
>;

/** Defaults if neither the options nor the file set a value. */
export const planDefaults = {
  requests: planOptions.requests.default,
  concurrency: planOptions.concurrency.default,
  /** Duration of an open-model run without requests, duration, or stages, s. */
  openDurationS: 10,
  /** Maximum duration of a run with a precision and without requests, duration, or stages, s. */
  untilDurationS: 300,
  arrivals: planOptions.arrivals.default,
  maxInFlight: planOptions.maxInFlight.default,
  seed: planOptions.seed.default,
  warmup: planOptions.warmup.default,
  timeoutMs: planOptions.timeoutMs.default,
  drainMs: planOptions.drainMs.default,
  maxRedirects: planOptions.maxRedirects.default,
  maxHeadBytes: planOptions.maxHeadBytes.default,
  coldStart: planOptions.coldStart.default,
} as const;

/**
 * Returns the plan of a run. Options override the file, and the file overrides the defaults. The amount (requests,
 * conversations, duration, or several of them) comes from one source as a whole: `--duration 30s` sends for 30 s, whatever `@requests` the file
 * has. So does the load model: `--concurrency 10` selects the closed model, whatever `@rate` the file has. Stages have
 * their own duration.
 * @throws LoadlensError for an invalid value
 */
export function makePlan(
  choices: PlanChoices,
  file: Pick<EndpointsFile, 'defaults' | 'objectives'> & Partial<Pick<EndpointsFile, 'targets'>>,
): RunPlan {
  const { defaults } = file;
  const traced = file.targets?.find(({ llm }) => llm?.trace !== undefined)?.llm?.trace;
  const load = loadOf(choices, defaults, traced);
  const amount = [choices, defaults].find(({ requests, conversations, durationS, stages }) =>
    [requests, conversations, durationS, stages].some((end) => end !== undefined),
  );
  const metricsUrl = choices.metricsUrl ?? defaults.metricsUrl;
  const series = choices.series ?? defaults.series;
  const tokenizer = choices.tokenizer ?? defaults.tokenizer;
  const until = choices.until ?? defaults.until;
  if (load.atOnce && until !== undefined) {
    throw new LoadlensError(
      "A precision can't end a run with an infinite rate, because all requests are due at the start.",
      {
        hint: 'Remove the precision, or use a concurrency or a finite rate.',
        directive: 'until',
      },
    );
  }
  const warmup = choices.warmup ?? defaults.warmup ?? planDefaults.warmup;
  const maxHeadBytes = choices.maxHeadBytes ?? defaults.maxHeadBytes;
  return {
    ...load,
    ...amountOf(load, amount, until !== undefined),
    ...(until && { until }),
    seed: checkLimit('seed', choices.seed ?? defaults.seed ?? planDefaults.seed),
    ...(warmup === 'auto' ? { warmup: 0, autoWarmup: true } : { warmup: checkLimit('warmup', warmup) }),
    timeoutMs: checkLimit('timeoutMs', choices.timeoutMs ?? defaults.timeoutMs ?? planDefaults.timeoutMs),
    drainMs: checkLimit('drainMs', choices.drainMs ?? planDefaults.drainMs),
    maxRedirects: checkLimit('maxRedirects', choices.maxRedirects ?? planDefaults.maxRedirects),
    ...(maxHeadBytes === undefined ? {} : { maxHeadBytes: checkLimit('maxHeadBytes', maxHeadBytes) }),
    ...(metricsUrl === undefined ? {} : { metricsUrl }),
    ...(series === undefined ? {} : { series }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...((choices.insecure ?? defaults.insecure) && { insecure: true }),
    ...(choices.workers === undefined ? {} : { workers: checkLimit('workers', choices.workers) }),
    coldStart: choices.coldStart ?? planDefaults.coldStart,
    ...(choices.transport && { transport: choices.transport }),
    objectives: distinctObjectives(file.objectives),
  };
}

const steady = (rate: number): Stage => ({ fromPerS: rate, toPerS: rate, durationS: null });
const isOpen = ({ ratePerS, stages }: LoadChoices): boolean => ratePerS !== undefined || stages !== undefined;

/** Returns the options that repeat a plan. */
export function choicesOfPlan(plan: RunPlan): PlanChoices {
  const {
    loadModel,
    concurrency,
    requests,
    durationS,
    autoWarmup,
    warmup,
    atOnce,
    untilSaturated: _,
    trace,
    ...rest
  } = plan;
  return {
    ...rest,
    requests: requests ?? undefined,
    durationS: durationS ?? undefined,
    warmup: autoWarmup ? 'auto' : warmup,
    ...(loadModel === 'open' ? { maxInFlight: maxInFlightOf(plan) } : { concurrency }),
    ...(atOnce && { ratePerS: 'inf' }),
    ...(trace && { traceSpeed: trace.speed }),
  };
}

function loadOf(
  choices: LoadChoices,
  defaults: LoadChoices,
  trace: string | undefined,
): Pick<
  RunPlan,
  'loadModel' | 'concurrency' | 'maxInFlight' | 'arrivals' | 'burstiness' | 'stages' | 'atOnce' | 'trace'
> {
  const isChosen = choices.concurrency !== undefined || isOpen(choices);
  if (trace !== undefined && !isChosen) {
    const most = checkLimit('maxInFlight', choices.maxInFlight ?? defaults.maxInFlight ?? planDefaults.maxInFlight);
    const speed = checkLimit('traceSpeed', choices.traceSpeed ?? defaults.traceSpeed ?? 1);
    return { loadModel: 'open', concurrency: most, maxInFlight: most, trace: { file: trace, speed } };
  }
  const from = isChosen ? choices : defaults;
  if (!isOpen(from)) {
    const concurrency = choices.concurrency ?? defaults.concurrency ?? planDefaults.concurrency;
    return { loadModel: 'closed', concurrency: checkLimit('concurrency', concurrency) };
  }
  const { ratePerS, stages } = from;
  if (ratePerS !== undefined && stages !== undefined) {
    throw new LoadlensError("A rate and stages can't be combined.", {
      hint: 'Use only one of them.',
      directive: 'rate',
    });
  }
  const most = choices.maxInFlight ?? defaults.maxInFlight ?? planDefaults.maxInFlight;
  const maxInFlight = checkLimit('maxInFlight', most);
  const open = { loadModel: 'open', concurrency: maxInFlight, maxInFlight } as const;
  // Without gaps between requests, there is no arrival process.
  if (ratePerS === 'inf') return { ...open, atOnce: true };
  return {
    ...open,
    ...arrivalsOf(choices, defaults),
    stages: stages ?? [steady(checkLimit('ratePerS', ratePerS ?? Number.NaN))],
  };
}

/** Returns the arrival process. A burstiness means gamma arrivals, and these have a burstiness. */
function arrivalsOf(choices: LoadChoices, defaults: LoadChoices): Pick<RunPlan, 'arrivals' | 'burstiness'> {
  const from = choices.arrivals !== undefined || choices.burstiness !== undefined ? choices : defaults;
  const { burstiness, arrivals = burstiness === undefined ? planDefaults.arrivals : 'gamma' } = from;
  if (arrivals !== 'gamma' && burstiness !== undefined) {
    throw new LoadlensError(`A burstiness and ${arrivals} arrivals can't be combined.`, {
      hint: 'Remove one of them, or use gamma arrivals.',
      directive: 'burstiness',
    });
  }
  if (arrivals !== 'gamma') return { arrivals };
  if (burstiness === undefined) {
    throw new LoadlensError('Gamma arrivals have no burstiness.', {
      hint: 'Add one, such as 0.5 for bursts. 1 is the same as Poisson.',
      directive: 'arrivals',
    });
  }
  return { arrivals, burstiness: checkLimit('burstiness', burstiness) };
}

/** Returns requests, conversations, and duration. Stages end with their last one if nothing ends earlier. */
function amountOf(
  { loadModel, stages, atOnce = false, trace }: Pick<RunPlan, 'loadModel' | 'stages' | 'atOnce' | 'trace'>,
  amount: Pick<PlanChoices, 'requests' | 'conversations' | 'durationS'> | undefined,
  endsWhenKnown: boolean,
): Pick<RunPlan, 'requests' | 'conversations' | 'durationS'> {
  const { requests, conversations } = amount ?? {};
  if (atOnce && amount?.durationS !== undefined) {
    throw new LoadlensError(
      "A duration and an infinite rate can't be combined, because all requests are due at the start.",
      {
        hint: 'Set a number of requests (-n 500, # @requests 500), or use a concurrency (-c 100) for a duration.',
        directive: 'duration',
      },
    );
  }
  const stagesS = stages === undefined ? null : stagesDurationS(stages);
  const ends = [amount?.durationS, stagesS].filter((end) => end !== undefined && end !== null);
  const durationS = ends.length > 0 ? Math.min(...ends) : undefined;
  const byDefault =
    requests !== undefined || conversations !== undefined || durationS !== undefined || trace !== undefined
      ? {}
      : endsWhenKnown
        ? { durationS: planDefaults.untilDurationS }
        : isPaced({ loadModel, atOnce })
          ? { durationS: planDefaults.openDurationS }
          : { requests: planDefaults.requests };
  const chosen = { requests, durationS, ...byDefault };
  return {
    requests: chosen.requests === undefined ? null : checkLimit('requests', chosen.requests),
    ...(conversations !== undefined && { conversations: checkLimit('conversations', conversations) }),
    durationS: chosen.durationS === undefined ? null : checkLimit('durationS', chosen.durationS),
  };
}
