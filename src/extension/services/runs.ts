import { EventEmitter, l10n, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunInput, RunPlan } from '../../core/plan/types.ts';
import { recordId } from '../../core/report/record.ts';
import type { RunRecord } from '../../core/report/types.ts';
import { startBenchmark, type BenchmarkProcess } from './benchmarkProcess.ts';
import { setContextKey } from './contextKeys.ts';
import { hasNumbers, salvageRecord } from './salvage.ts';
import type { Unfinished } from './unfinished.ts';

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

const processGone = (how: string): string => l10n.t('The process that sent ended by itself ({0}).', how);
const cutOff = (): string => l10n.t('The process that sent did not hear the cancel and was cut off.');
const windowGone = (): string => l10n.t('The window was reloaded or closed during the run, which ended with it.');

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

/** What Runs need of the rest. */
export interface RunsParts {
  /** The bundle to fork. */
  readonly entry: string;
  /** The extension's own. */
  readonly version: string;
  readonly unfinished: Unfinished;
  readonly log: LogOutputChannel;
}

/** Makes the Runs. */
export function createRuns({ entry, version, unfinished, log }: RunsParts): Runs {
  const changed = new EventEmitter<RunState>();
  let state: RunState = { kind: 'idle' };
  let process: BenchmarkProcess | undefined;
  let idle: Promise<unknown> = Promise.resolve();
  let closing = false;

  const set = (next: RunState): void => {
    state = next;
    setContextKey('running', next.kind === 'running');
    changed.fire(next);
  };

  const measure = async (input: RunInput): Promise<Finished> => {
    const startedAt = new Date();
    const run = { id: recordId(startedAt, Math.random), input, startedAt, version };
    log.info(`Run of ${input.name}: ${input.targets.length} targets, ${JSON.stringify(input.plan)}`);
    set({ kind: 'running', name: input.name, plan: input.plan, snapshot: null, cancelling: false });
    try {
      process = startBenchmark(entry, input, log, (snapshot) => {
        if (state.kind === 'running') set({ ...state, snapshot });
        if (!hasNumbers(snapshot)) return;
        unfinished.keep(() => salvageRecord({ ...run, status: 'crashed', last: snapshot, why: windowGone() }));
      });
      const outcome = await process.outcome;
      if (outcome.kind === 'record') return { record: outcome.record };
      const cancelled = state.kind === 'running' && state.cancelling;
      const { last, how } = outcome;
      if (!hasNumbers(last)) {
        throw new LoadlensError(l10n.t('The benchmark process ended before it had measured anything ({0}).', how), {
          hint: l10n.t('The log may say why.'),
        });
      }
      if (cancelled) return { record: salvageRecord({ ...run, status: 'cancelled', last, why: cutOff() }) };
      const why = closing ? windowGone() : processGone(how);
      return { record: salvageRecord({ ...run, status: 'crashed', last, why }), lost: how };
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
      closing = true;
      process?.kill();
      changed.dispose();
    },
  };
}
