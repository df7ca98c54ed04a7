import { EventEmitter, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunInput, RunPlan } from '../../core/plan/types.ts';
import type { RunRecord } from '../../core/report/types.ts';
import { startBenchmark, type BenchmarkProcess } from './benchmarkProcess.ts';
import { setContextKey } from './contextKeys.ts';
import { salvageRecord } from './salvage.ts';

/** What is being sent right now: at most one run at a time. */
export type RunState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      readonly name: string;
      readonly plan: RunPlan;
      /** Null until the process that sends has spoken. */
      readonly snapshot: Snapshot | null;
      readonly cancelling: boolean;
    };

/** A finished run; `lost` says how the process ended when it did not end as it should. */
export interface Finished {
  readonly record: RunRecord;
  readonly lost?: string;
}

/** The one run at a time. */
export interface Runs extends Disposable {
  readonly state: () => RunState;
  readonly onDidChange: Event<RunState>;
  /** Runs to the end. Rejects when nothing could be measured, or when a run is under way already. */
  readonly run: (input: RunInput) => Promise<Finished>;
  readonly cancel: () => void;
  /** Resolves when nothing runs. */
  readonly whenIdle: () => Promise<void>;
}

/** Makes the Runs; `entry` is the bundle to fork, `version` the extension's own. */
export function createRuns(entry: string, version: string, log: LogOutputChannel): Runs {
  const changed = new EventEmitter<RunState>();
  let state: RunState = { kind: 'idle' };
  let process: BenchmarkProcess | undefined;
  let idle: Promise<unknown> = Promise.resolve();

  const set = (next: RunState): void => {
    state = next;
    setContextKey('running', next.kind === 'running');
    changed.fire(next);
  };

  const measure = async (input: RunInput): Promise<Finished> => {
    const startedAt = new Date();
    log.info(`Run of ${input.name}: ${input.targets.length} targets, ${JSON.stringify(input.plan)}`);
    set({ kind: 'running', name: input.name, plan: input.plan, snapshot: null, cancelling: false });
    try {
      process = startBenchmark(entry, input, log, (snapshot) => {
        if (state.kind === 'running') set({ ...state, snapshot });
      });
      const outcome = await process.outcome;
      if (outcome.kind === 'record') return { record: outcome.record };
      const cancelled = state.kind === 'running' && state.cancelling;
      const status = cancelled ? 'cancelled' : 'crashed';
      const record = salvageRecord({ input, startedAt, status, last: outcome.last, how: outcome.how, version });
      return cancelled ? { record } : { record, lost: outcome.how };
    } finally {
      process = undefined;
      set({ kind: 'idle' });
    }
  };

  return {
    state: () => state,
    onDidChange: changed.event,
    run: (input) => {
      if (state.kind === 'running') return Promise.reject(new Error('two runs at a time'));
      const finished = measure(input);
      idle = finished.catch(() => {});
      return finished;
    },
    cancel: () => {
      if (state.kind !== 'running' || state.cancelling) return;
      set({ ...state, cancelling: true });
      process?.cancel();
    },
    whenIdle: async () => {
      await idle;
    },
    dispose: () => {
      process?.kill();
      changed.dispose();
    },
  };
}
