import { EventEmitter, l10n, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import type { ResultRecord } from '../../core/report/results.ts';
import type { BenchmarkTask } from '../../processes/messages.ts';
import type { PanelState } from '../views/panelMessages.ts';
import { startBenchmark, type BenchmarkProcess } from './benchmarkProcess.ts';
import { setContextKey } from './contextKeys.ts';
import { followTask } from './follow.ts';
import type { Unfinished } from './unfinished.ts';

/** What is being sent right now: at most one run, sweep or suite at a time. */
export type RunState = { readonly kind: 'idle' } | Extract<PanelState, { kind: 'running' | 'sweepRunning' }>;

/** What it left; `lost` says how the process ended when it did not end as it should. */
export interface Finished {
  readonly record: ResultRecord;
  readonly lost?: string;
}

const processGone = (how: string): string => l10n.t('The benchmark process ended ({0}).', how);
const cutOff = (): string => l10n.t('The benchmark process did not respond to the cancel and was ended.');
const windowGone = (): string => l10n.t('The window was reloaded or closed during the run.');

/** The one run, sweep or suite at a time. */
export interface Runs extends Disposable {
  readonly state: () => RunState;
  readonly onDidChange: Event<RunState>;
  /** Measures to the end. Rejects when nothing could be measured, or when something is under way already. */
  readonly run: (task: BenchmarkTask) => Promise<Finished>;
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
    setContextKey('running', next.kind !== 'idle');
    changed.fire(next);
  };

  const measure = async (task: BenchmarkTask): Promise<Finished> => {
    const follower = followTask(task, version);
    log.info(`${follower.state().name}: ${task.type}, ${follower.what}`);
    set({ ...follower.state(), cancelling: false });
    try {
      process = startBenchmark(entry, task, log, (event) => {
        follower.hear(event);
        if (state.kind !== 'idle') set({ ...follower.state(), cancelling: state.cancelling });
        unfinished.keep(() => follower.salvage('crashed', windowGone()), event.type === 'levelEnded');
      });
      const outcome = await process.outcome;
      if (outcome.kind === 'record') return { record: outcome.record };
      const { how } = outcome;
      const cancelled = state.kind !== 'idle' && state.cancelling;
      const why = cancelled ? cutOff() : closing ? windowGone() : processGone(how);
      const record = follower.salvage(cancelled ? 'cancelled' : 'crashed', why);
      if (record === undefined) {
        throw new LoadlensError(l10n.t('The benchmark process ended before it had measured anything ({0}).', how), {
          hint: l10n.t('The log may say why.'),
        });
      }
      return cancelled ? { record } : { record, lost: how };
    } finally {
      process = undefined;
      set({ kind: 'idle' });
    }
  };

  return {
    state: () => state,
    onDidChange: changed.event,
    run: (task) => {
      if (state.kind !== 'idle') return Promise.reject(new Error('two runs at a time'));
      const finished = measure(task);
      idle = finished.catch(() => {});
      return finished;
    },
    cancel: () => {
      if (state.kind === 'idle' || state.cancelling) return;
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
