import { checkRateLevels } from '../core/plan/conversations.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Snapshot } from '../core/metrics/types.ts';
import { withArrivalDraw } from '../core/plan/load/arrivals.ts';
import { targetRatePerS } from '../core/plan/load/target-rate.ts';
import { planDefaults } from '../core/plan/plan.ts';
import { skippedRates } from '../core/plan/rates/rate-sweep.ts';
import type { SweepInput } from '../core/plan/sweep.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import { recordId } from '../core/record/make-run.ts';
import { startsAfter, valuesAfter } from '../core/record/after-run.ts';
import { makeSweepRecord, plannedLevels, type SweepParts } from '../core/record/sweeps/make-sweep.ts';
import type { SweepRecord } from '../core/record/sweeps/sweep.ts';
import type { RunRecord, RunStatus } from '../core/record/run.ts';
import { withModels } from './discover-model.ts';
import { runBenchmark, type RunHooks } from './run.ts';

/** A sweep in progress. */
export interface SweepSnapshot {
  /** Completed runs. */
  readonly finished: readonly RunRecord[];
  /** Total number of runs; null for a capacity search, for which it's unknown. */
  readonly runs: number | null;
  /** The level being measured, and its progress; null during a pause between levels. */
  readonly concurrency: number;
  readonly plan: RunPlan;
  readonly run: Snapshot | null;
}

/** Callbacks and signals of the caller of a series of runs. Canceling keeps the completed levels. */
export interface SeriesHooks<T> extends Pick<RunHooks, 'signal' | 'fault' | 'version' | 'serverPid'> {
  onSnapshot?(snapshot: SweepSnapshot): void;
  /**
   * Called with the result that remains if the process ends now, at the times of `RunHooks.onPartial`: the result of
   * the completed runs (the same object until another one completes), and the partial record of the current run, null
   * between runs.
   */
  onPartial?(finished: T, running: RunRecord | null): Promise<void>;
}

/** Callbacks and signals of the caller of a sweep. */
export type SweepHooks = SeriesHooks<SweepRecord>;

/** Measures the levels one after another. Finite rates above one that the server doesn't keep up with are skipped. */
export async function runSweep(given: SweepInput, hooks: SweepHooks): Promise<SweepRecord> {
  const { levels, coolDownMs } = given.plan;
  const [input = given] = await withModels([given], hooks.signal, levels[0] ?? planDefaults);
  if (levels.some((plan) => targetRatePerS(plan) !== null)) checkRateLevels(input.requests);
  const recordOf = (parts: SeriesParts): SweepRecord =>
    makeSweepRecord({ ...parts, coolDownMs, ...plannedLevels(levels, skippedRates(levels, parts.levels)) });
  const series = startSeries(input, coolDownMs, levels.length, hooks, recordOf);
  for (const plan of levels) {
    const rate = targetRatePerS(plan);
    if (rate !== null && skippedRates(levels, series.parts().levels).includes(rate)) continue;
    if ((await series.measure(plan)) === undefined) break;
  }
  return recordOf(series.parts());
}

/** Measures the same plan several times. `onRun` gets each completed run with its number, from 1. */
export async function repeatRun(
  given: RunInput,
  { runs, coolDownMs, onRun }: { runs: number; coolDownMs: number; onRun: (run: RunRecord, number: number) => void },
  hooks: SeriesHooks<SeriesParts>,
): Promise<SeriesParts> {
  const [input = given] = await withModels([given], hooks.signal, given.plan);
  const series = startSeries(input, coolDownMs, runs, hooks, (parts) => parts);
  for (let number = 1; number <= runs; number += 1) {
    const run = await series.measure(given.plan);
    if (run === undefined) break;
    onRun(run, number);
  }
  return series.parts();
}

/** Maximum number of targets with their own row in each run of a series. */
const mostTargets = 1_000;

/** Results of a series of runs. */
export type SeriesParts = Pick<
  SweepParts,
  'id' | 'name' | 'startedAt' | 'status' | 'stopReason' | 'levels' | 'unfinished'
>;

/**
 * Starts a series of runs with pauses between them.
 * @param recordOf makes a result of the completed runs
 */
export function startSeries<T>(
  input: Omit<RunInput, 'plan'>,
  coolDownMs: number,
  runs: number | null,
  hooks: SeriesHooks<T>,
  recordOf: (parts: SeriesParts) => T,
) {
  const { signal, fault, version, serverPid } = hooks;
  const startedAt = new Date();
  const id = recordId(startedAt, Math.random);
  const finished: RunRecord[] = [];
  let { promptStarts, valueStart } = input;
  let status: RunStatus = 'completed';
  let stopReason: string | undefined;
  /** The run that was cut off, if it has any numbers. */
  let unfinished: RunRecord | undefined;
  const parts = (asStatus: RunStatus): SeriesParts => ({
    id,
    name: input.name,
    startedAt: startedAt.toISOString(),
    status: asStatus,
    ...(stopReason !== undefined && { stopReason }),
    levels: [...finished],
    ...(unfinished && { unfinished }),
  });
  let kept: { readonly count: number; readonly result: T } | undefined;
  const keep = async (running: RunRecord | null): Promise<void> => {
    if (kept?.count !== finished.length) kept = { count: finished.length, result: recordOf(parts('crashed')) };
    await hooks.onPartial?.(kept.result, running);
  };
  const partials = hooks.onPartial && { onPartial: keep };
  /** Measures one run. An error in it must not lose the completed runs. */
  const tryRun = async (what: RunInput, onSnapshot: (run: Snapshot) => void): Promise<RunRecord | undefined> => {
    try {
      return await runBenchmark(what, { signal, fault, version, serverPid, onSnapshot, mostTargets, ...partials });
    } catch (error) {
      if (finished.length === 0) throw error;
      stopReason = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const starts = (): Partial<RunInput> => ({
    ...(promptStarts && { promptStarts }),
    ...(valueStart !== undefined && { valueStart }),
  });
  return {
    /** Returns undefined if the run ended early or never began. Rejects if nothing has been measured at all. */
    async measure(plan: RunPlan, what: Omit<RunInput, 'plan'> = input): Promise<RunRecord | undefined> {
      const { concurrency } = plan;
      const tell = (run: Snapshot | null): void => hooks.onSnapshot?.({ finished, runs, concurrency, plan, run });
      if (finished.length > 0 && coolDownMs > 0) {
        tell(null);
        if (hooks.onPartial) await keep(null);
        await pause(coolDownMs, undefined, { signal }).catch(() => undefined);
      }
      const record = signal.aborted
        ? undefined
        : await tryRun(
            { ...what, ...(what === input && starts()), plan: withArrivalDraw(plan, finished.length) },
            tell,
          );
      if (record !== undefined && what === input) {
        promptStarts = startsAfter(record);
        valueStart = valuesAfter(record);
      }
      status = record?.status ?? (signal.aborted ? 'cancelled' : 'crashed');
      stopReason ??= record?.stopReason;
      if (record?.status !== 'completed') {
        unfinished = record && record.requestsSent > 0 ? record : undefined;
        return undefined;
      }
      finished.push(record);
      return record;
    },
    parts: () => parts(status),
  };
}
