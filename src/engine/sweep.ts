import { setTimeout as pause } from 'node:timers/promises';
import type { Snapshot } from '../core/metrics/types.ts';
import { nextSearchStep, trialOutcome, type Trial } from '../core/plan/capacity.ts';
import type { SweepInput } from '../core/plan/sweep.ts';
import type { Objective, RunInput, RunPlan } from '../core/plan/types.ts';
import { recordId } from '../core/report/record.ts';
import { makeSweepRecord, type SweepParts } from '../core/report/sweep-record.ts';
import type { SweepRecord } from '../core/report/sweep-types.ts';
import type { RunRecord, RunStatus } from '../core/report/types.ts';
import { runBenchmark, type RunHooks } from './run.ts';

/** A sweep in progress. */
export interface SweepSnapshot {
  /** Runs that have ended. */
  readonly finished: readonly RunRecord[];
  /** How many runs there will be; null for a search, which does not know. */
  readonly runs: number | null;
  /** The level being measured, and how far it is; null in a pause between two. */
  readonly concurrency: number;
  readonly plan: RunPlan;
  readonly run: Snapshot | null;
}

/** How the one who starts a sweep takes part in it. Cancelling keeps the levels that have ended. */
export interface SweepHooks extends Pick<RunHooks, 'signal' | 'version' | 'serverPid'> {
  onSnapshot?(snapshot: SweepSnapshot): void;
}

/** Measures the levels one after the other. */
export async function runSweep(input: SweepInput, hooks: SweepHooks): Promise<SweepRecord> {
  const { levels, coolDownMs } = input.plan;
  const series = startSeries(input, coolDownMs, levels.length, hooks);
  for (const plan of levels) if ((await series.measure(plan)) === undefined) break;
  const planned = levels.map(({ concurrency }) => concurrency);
  return makeSweepRecord(series.parts({ planned, coolDownMs }));
}

/** Everything a search for capacity needs. */
export interface SearchInput extends Omit<RunInput, 'plan'> {
  readonly objectives: readonly Objective[];
  readonly from: number;
  readonly to: number;
  readonly coolDownMs: number;
  /** The plan of a level. */
  readonly planOf: (concurrency: number) => RunPlan;
}

/** Looks for the largest concurrency that meets the objectives, in as few runs as it takes to be sure. */
export async function findCapacity(input: SearchInput, hooks: SweepHooks): Promise<SweepRecord> {
  const { objectives, from, to, coolDownMs, planOf } = input;
  const series = startSeries(input, coolDownMs, null, hooks);
  const trials: Trial[] = [];
  for (;;) {
    const step = nextSearchStep(trials, from, to);
    const record = step.kind === 'try' ? await series.measure(planOf(step.concurrency)) : undefined;
    if (step.kind === 'try' && record !== undefined) {
      trials.push({ concurrency: step.concurrency, outcome: trialOutcome(objectives, record) });
      continue;
    }
    const result = step.kind === 'done' ? step.result : { ...resultSoFar(trials), sure: false };
    const planned = trials.map(({ concurrency }) => concurrency);
    const search = { objectives, from, to, trials, ...result };
    return makeSweepRecord({ ...series.parts({ planned, coolDownMs }), search });
  }
}

/** What a search that was cancelled can say. */
function resultSoFar(trials: readonly Trial[]): { capacity: number | null; firstFailing: number | null } {
  const failing = trials.filter(({ outcome }) => outcome === 'fail').map(({ concurrency }) => concurrency);
  const firstFailing = failing.length === 0 ? null : Math.min(...failing);
  const passing = trials
    .filter(({ outcome, concurrency }) => outcome === 'pass' && concurrency < (firstFailing ?? Infinity))
    .map(({ concurrency }) => concurrency);
  return { capacity: passing.length === 0 ? null : Math.max(...passing), firstFailing };
}

type Common = Pick<SweepParts, 'planned' | 'coolDownMs'>;

/** Runs one after the other, with pauses between them. */
export function startSeries(input: Omit<RunInput, 'plan'>, coolDownMs: number, runs: number | null, hooks: SweepHooks) {
  const { signal, version, serverPid } = hooks;
  const startedAt = new Date();
  const finished: RunRecord[] = [];
  let status: RunStatus = 'completed';
  let stopReason: string | undefined;
  /** Measures one run; what makes it impossible must not cost the runs that have ended. */
  const tryRun = async (what: RunInput, onSnapshot: (run: Snapshot) => void): Promise<RunRecord | undefined> => {
    try {
      return await runBenchmark(what, { signal, version, serverPid, onSnapshot });
    } catch (error) {
      if (finished.length === 0) throw error;
      stopReason = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  return {
    /** Undefined when the run ended early, or never began. Rejects when nothing has been measured at all. */
    async measure(plan: RunPlan, what: Omit<RunInput, 'plan'> = input): Promise<RunRecord | undefined> {
      const { concurrency } = plan;
      const tell = (run: Snapshot | null): void => hooks.onSnapshot?.({ finished, runs, concurrency, plan, run });
      if (finished.length > 0 && coolDownMs > 0) {
        tell(null);
        await pause(coolDownMs, undefined, { signal }).catch(() => undefined);
      }
      const record = signal.aborted ? undefined : await tryRun({ ...what, plan }, tell);
      status = record?.status ?? (signal.aborted ? 'cancelled' : 'crashed');
      stopReason ??= record?.stopReason;
      if (record?.status !== 'completed') return undefined;
      finished.push(record);
      return record;
    },
    parts: (common: Common): SweepParts => ({
      id: recordId(startedAt, Math.random),
      name: input.name,
      startedAt: startedAt.toISOString(),
      status,
      ...(stopReason !== undefined && { stopReason }),
      levels: finished,
      ...common,
    }),
  };
}
