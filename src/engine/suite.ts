import { maskSecrets } from '../core/endpoints/mask.ts';
import { planDefaults } from '../core/plan/plan.ts';
import { defaultCoolDownMs } from '../core/plan/sweep.ts';
import { numberedPrompts } from '../core/plan/suites/suite-prompts.ts';
import { suiteRequest, type SuiteQuestion } from '../core/plan/suites/suite-request.ts';
import type { ThroughputWorkload } from '../core/plan/suites/suite.ts';
import type { Objective } from '../core/vocabulary.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import type { RunRecord, RunStatus } from '../core/record/run.ts';
import { withModels } from './discover-model.ts';
import { startSeries, type SeriesHooks, type SeriesParts } from './sweep.ts';

/** Server and request options of a suite. */
export interface SuiteSetup extends Pick<SuiteQuestion, 'url' | 'model' | 'ignoreEos' | 'headers'> {
  readonly name: string;
  readonly objectives: readonly Objective[];
  readonly secrets: readonly string[];
  /** Remarks on the server from before the suite. */
  readonly notes?: readonly string[];
  readonly timeoutMs: number;
  /** As of a plan. */
  readonly insecure?: boolean;
}

/** The completed runs of a suite, and its start. */
export interface SuiteRuns {
  readonly id: string;
  readonly startedAt: string;
  readonly status: RunStatus;
  readonly stopReason?: string;
  readonly runs: readonly RunRecord[];
}

/** One run of a suite: its prompts, concurrency, and number of requests. */
export interface SuiteStep extends Pick<SuiteQuestion, 'prompts' | 'maxTokens' | 'stream'> {
  readonly concurrency: number;
  readonly requests: number;
  readonly warmup: number;
}

/** Measures the workload of the throughput suite level by level. */
export function measureThroughput(
  setup: SuiteSetup,
  workload: ThroughputWorkload,
  hooks: SeriesHooks<SuiteRuns>,
): Promise<SuiteRuns> {
  const { prompts, maxNewTokens, warmupRequests, preset } = workload;
  let numbered = 0;
  const promptsAt = (concurrency: number, requests: number): readonly string[] => {
    const asked = concurrency === 1 ? prompts.slice(0, 1) : prompts;
    if (preset === 'reference') return asked;
    const count = warmupRequests + requests;
    numbered += count;
    return numberedPrompts(asked, count, numbered - count);
  };
  const steps = workload.levels.map(({ concurrency, requests }) => ({
    concurrency,
    requests,
    warmup: warmupRequests,
    prompts: promptsAt(concurrency, requests),
    maxTokens: maxNewTokens,
    stream: false,
  }));
  return measureSteps(setup, steps, hooks);
}

/** Measures the steps of a suite one after another. Canceling keeps the completed ones. */
export async function measureSteps(
  setup: SuiteSetup,
  steps: readonly SuiteStep[],
  hooks: SeriesHooks<SuiteRuns>,
): Promise<SuiteRuns> {
  const asked = steps.map((step) => inputOf(setup, step));
  const inputs = await withModels(asked, hooks.signal, setup);
  const base = inputs[0] ?? { name: setup.name, targets: [], requests: [], secrets: [], file: null };
  const series = startSeries(base, defaultCoolDownMs, steps.length, hooks, suiteOf);
  for (const [index, step] of steps.entries()) {
    if ((await series.measure(planOf(setup, step), inputs[index])) === undefined) break;
  }
  return suiteOf(series.parts());
}

const suiteOf = ({ id, startedAt, status, stopReason, levels }: SeriesParts): SuiteRuns => ({
  id,
  startedAt,
  status,
  ...(stopReason !== undefined && { stopReason }),
  runs: levels,
});

function inputOf(setup: SuiteSetup, step: SuiteStep): Omit<RunInput, 'plan'> {
  const { target, request } = suiteRequest({ ...setup, ...step });
  const shown = (text: string): string => maskSecrets(text, setup.secrets);
  // The target goes into the record, the request is sent.
  const kept = { ...target, name: shown(target.name), url: shown(target.url), headers: [] };
  return {
    name: setup.name,
    targets: [kept],
    requests: [request],
    secrets: setup.secrets,
    notes: setup.notes ?? [],
    file: null,
  };
}

function planOf(
  { objectives, timeoutMs, insecure = false }: SuiteSetup,
  { concurrency, requests, warmup }: SuiteStep,
): RunPlan {
  const { seed, drainMs, maxRedirects, coldStart } = planDefaults;
  return {
    loadModel: 'closed',
    requests,
    durationS: null,
    concurrency,
    seed,
    warmup,
    timeoutMs,
    drainMs: Math.max(drainMs, timeoutMs),
    maxRedirects,
    coldStart,
    ...(insecure && { insecure }),
    objectives,
  };
}
