import { EventEmitter, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import type { ResultRecord } from '../../../core/report/formats/results.ts';
import type { BenchmarkTask } from '../../../processes/messages.ts';
import type { PanelState } from '../../../panel-protocol.ts';
import {
  startBenchmark,
  tidyInProcess,
  type BenchmarkProcess,
  type Outcome,
} from '../child-processes/benchmark-process.ts';
import { setContextKey } from '../workspace/context-keys.ts';
import { followTask, type EarlyEnd } from './follow.ts';
import type { Unfinished } from './unfinished.ts';

/** What the current task shows; idle without one. */
export type RunState =
  { readonly kind: 'idle' } | Extract<PanelState, { kind: 'running' | 'sweepRunning' | 'comparing' }>;

// Reasons why a result is partial.
const processEnded = (how: string): string => `The benchmark process ended (${how}).`;
const terminated = 'The benchmark process didn’t stop on Cancel and was terminated.';
const windowClosed = 'The window was reloaded or closed during the run.';

/**
 * Runs one task (run, sweep, suite, or comparison) at a time. A turn is the time in which a command has this right: it
 * prepares its task, runs it, and stores the result. Other commands wait for their turn.
 */
export interface Runs extends Disposable {
  readonly state: () => RunState;
  readonly onDidChange: Event<RunState>;
  /** Whether a command has its turn or waits for one. */
  readonly isBusy: () => boolean;
  /** Calls `act` in a turn of its own, after all earlier turns have ended. */
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>;
  /**
   * Runs a task to its end and returns the record. Must be called in a turn. If the task stopped unexpectedly, the
   * record has its partial results. Undefined if it was canceled before there was a result. Rejects if nothing could
   * be measured, or if another task is in progress.
   * @param complete adds to each record, final or partial, what only the extension host knows, such as unsaved changes
   */
  readonly run: (
    task: BenchmarkTask,
    complete?: (record: ResultRecord) => ResultRecord,
  ) => Promise<ResultRecord | undefined>;
  /** Asks the current task to end early; without effect if there is none. */
  readonly cancel: () => void;
  /** Resolves after the last turn has ended. */
  readonly whenIdle: () => Promise<void>;
}

/** What `createRuns` needs. */
export interface RunsParts {
  /** Path of the bundle that the benchmark process runs. */
  readonly entry: string;
  readonly unfinished: Unfinished;
  readonly log: LogOutputChannel;
}

/** Returns the runs of a window, without a task. Disposing of them ends the task in progress. */
export function createRuns({ entry, unfinished, log }: RunsParts): Runs {
  const changed = new EventEmitter<RunState>();
  let state: RunState = { kind: 'idle' };
  let benchmark: BenchmarkProcess | undefined;
  let turns = 0;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let closing = false;

  const set = (next: RunState): void => {
    state = next;
    setContextKey('running', next.kind !== 'idle');
    changed.fire(next);
  };

  const run: Runs['run'] = async (task, complete = (record) => record) => {
    if (state.kind !== 'idle') throw new Error('another task is in progress');
    if (closing) throw new Error(windowClosed);
    const follower = followTask(task);
    log.info(`${follower.state().name}: ${task.type}, ${follower.what}`);
    set({ ...follower.state(), cancelling: false });
    const isCancelling = (): boolean => state.kind !== 'idle' && state.cancelling;
    const salvage = (end: EarlyEnd): ResultRecord | undefined => {
      const record = follower.salvage(end);
      return record && complete(record);
    };
    let isOver = false;
    try {
      benchmark = startBenchmark(entry, task, log, (event) => {
        // A process that is being terminated may still report.
        if (isOver) return;
        follower.hear(event);
        set({ ...follower.state(), cancelling: isCancelling() });
        const milestone = event.type === 'levelEnded' || event.type === 'pairEnded';
        // A comparison has a new partial result only after a pair.
        if (milestone || task.type !== 'comparison')
          unfinished.keep(() => salvage({ status: 'crashed', stopReason: windowClosed }), milestone);
      });
      const outcome = await benchmark.outcome.catch((error: Error): FailedOutcome => ({ kind: 'failed', error }));
      if (outcome.kind === 'record') return complete(outcome.record);
      if (outcome.kind === 'nothing') return undefined;
      // A process that is lost couldn't stop its servers and remove its work trees.
      if (outcome.kind === 'lost' && task.type === 'comparison' && !closing) tidyInProcess(entry, log);
      const cancelled = isCancelling();
      const record = salvage({
        status: cancelled ? 'cancelled' : 'crashed',
        stopReason: reasonOf(outcome, cancelled),
      });
      if (record === undefined) throw outcome.kind === 'failed' ? outcome.error : nothingMeasured(outcome.how);
      if (outcome.kind === 'failed') log.error(outcome.error.stack ?? outcome.error.message);
      return record;
    } finally {
      isOver = true;
      benchmark = undefined;
      set({ kind: 'idle' });
    }
  };

  const reasonOf = (outcome: FailedOutcome | Extract<Outcome, { kind: 'lost' }>, cancelled: boolean): string => {
    if (outcome.kind === 'failed') return outcome.error.message;
    if (cancelled) return terminated;
    return closing ? windowClosed : processEnded(outcome.how);
  };

  return {
    state: () => state,
    onDidChange: changed.event,
    isBusy: () => turns > 0,
    inTurn: (act) => {
      turns += 1;
      const before = lastTurn;
      const turn = (async () => {
        await before;
        try {
          return await act();
        } finally {
          turns -= 1;
        }
      })();
      lastTurn = turn.catch(() => {});
      return turn;
    },
    run,
    whenIdle: async () => {
      await lastTurn;
    },
    cancel: () => {
      if (state.kind === 'idle' || state.cancelling) return;
      set({ ...state, cancelling: true });
      benchmark?.cancel();
    },
    dispose: () => {
      closing = true;
      benchmark?.kill();
      changed.dispose();
    },
  };
}

/** The process reported why it couldn't measure, or couldn't be started. */
interface FailedOutcome {
  readonly kind: 'failed';
  readonly error: Error;
}

const nothingMeasured = (how: string): LoadlensError =>
  new LoadlensError(`The benchmark process ended before it had measured anything (${how}).`, {
    hint: 'The log may say why.',
  });
