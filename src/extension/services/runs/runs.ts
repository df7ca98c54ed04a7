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

/** The current task: at most one run, sweep, suite, or comparison at a time. */
export type RunState =
  { readonly kind: 'idle' } | Extract<PanelState, { kind: 'running' | 'sweepRunning' | 'comparing' }>;

const processGone = (how: string): string => `The benchmark process ended (${how}).`;
const cutOff = (): string => 'The benchmark process didn’t stop on Cancel and was terminated.';
const windowGone = (): string => 'The window was reloaded or closed during the run.';

/** The one run, sweep, suite, or comparison at a time. */
export interface Runs extends Disposable {
  readonly state: () => RunState;
  readonly onDidChange: Event<RunState>;
  /** Whether a turn has been taken, or is waited for. */
  readonly isBusy: () => boolean;
  /** Runs `act` after all earlier turns have ended. Everything that belongs to a run happens in its turn. */
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>;
  /**
   * Measures to the end, in a turn. Partial results of a run that stopped unexpectedly are a result like any other. Undefined if it
   * was canceled before there was a result. Rejects if nothing could be measured, or if another task is in progress.
   * @param complete adds facts that are known only here to each record, final or partial
   */
  readonly run: (
    task: BenchmarkTask,
    complete?: (record: ResultRecord) => ResultRecord,
  ) => Promise<ResultRecord | undefined>;
  readonly cancel: () => void;
  /** Resolves when no turn is left. */
  readonly whenIdle: () => Promise<void>;
}

/** Services that Runs need. */
export interface RunsParts {
  /** The bundle to fork. */
  readonly entry: string;
  readonly unfinished: Unfinished;
  readonly log: LogOutputChannel;
}

/** Makes the Runs. */
export function createRuns({ entry, unfinished, log }: RunsParts): Runs {
  const changed = new EventEmitter<RunState>();
  let state: RunState = { kind: 'idle' };
  let process: BenchmarkProcess | undefined;
  let turns = 0;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let closing = false;

  const set = (next: RunState): void => {
    state = next;
    setContextKey('running', next.kind !== 'idle');
    changed.fire(next);
  };

  const run: Runs['run'] = async (task, complete = (record) => record) => {
    if (state.kind !== 'idle') throw new Error('two runs at a time');
    if (closing) throw new Error(windowGone());
    const follower = followTask(task);
    log.info(`${follower.state().name}: ${task.type}, ${follower.what}`);
    set({ ...follower.state(), cancelling: false });
    const isCancelling = (): boolean => state.kind !== 'idle' && state.cancelling;
    const salvage = (end: EarlyEnd): ResultRecord | undefined => {
      const record = follower.salvage(end);
      return record && complete(record);
    };
    let over = false;
    try {
      process = startBenchmark(entry, task, log, (event) => {
        if (over) return;
        follower.hear(event);
        set({ ...follower.state(), cancelling: isCancelling() });
        const milestone = event.type === 'levelEnded' || event.type === 'pairEnded';
        // Between pairs, a comparison has nothing new.
        if (milestone || task.type !== 'comparison')
          unfinished.keep(() => salvage({ status: 'crashed', stopReason: windowGone() }), milestone);
      });
      const outcome = await process.outcome.catch((error: Error): FailedOutcome => ({ kind: 'failed', error }));
      if (outcome.kind === 'record') return complete(outcome.record);
      if (outcome.kind === 'nothing') return undefined;
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
      over = true;
      process = undefined;
      set({ kind: 'idle' });
    }
  };

  const reasonOf = (outcome: FailedOutcome | Extract<Outcome, { kind: 'lost' }>, cancelled: boolean): string => {
    if (outcome.kind === 'failed') return outcome.error.message;
    if (cancelled) return cutOff();
    return closing ? windowGone() : processGone(outcome.how);
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
      process?.cancel();
    },
    dispose: () => {
      closing = true;
      process?.kill();
      changed.dispose();
    },
  };
}

interface FailedOutcome {
  readonly kind: 'failed';
  readonly error: Error;
}

const nothingMeasured = (how: string): LoadlensError =>
  new LoadlensError(`The benchmark process ended before it had measured anything (${how}).`, {
    hint: 'The log may say why.',
  });
