import { type LogOutputChannel } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import type { OneResponse } from '../../../core/report/one-response.ts';
import type { ResultRecord } from '../../../core/report/formats/results.ts';
import {
  readBenchmarkEvent,
  type BenchmarkCommand,
  type BenchmarkEvent,
  type BenchmarkTask,
  type FailureMessage,
  type OnceTask,
} from '../../../processes/messages.ts';
import { endedWith, forkEntry, sendTo } from './child-process.ts';

/** How the process that sends came to its end. */
export type Outcome =
  | { readonly kind: 'record'; readonly record: ResultRecord }
  /** Canceled before there was anything to keep. */
  | { readonly kind: 'nothing' }
  /** It crashed or didn't react to a cancel. What it reported before is all there is. */
  | { readonly kind: 'lost'; readonly how: string };

/** Messages of the process while it measures. */
export type ProgressEvent = Extract<
  BenchmarkEvent,
  { type: 'snapshot' | 'partial' | 'levelSnapshot' | 'levelEnded' | 'stage' | 'slice' | 'pairEnded' }
>;

/** A benchmark in progress in a separate process. */
export interface BenchmarkProcess {
  /** Rejects with the reason why nothing could be measured. */
  readonly outcome: Promise<Outcome>;
  /** Requests an early end. The record then arrives as usual, with status `cancelled`. */
  readonly cancel: () => void;
  /** Ends it immediately, for a window that closes. */
  readonly kill: () => void;
}

/** A canceled run that reports nothing for this long is terminated. */
const cancelLimitMs = 5000;
/** A comparison has servers to end and work trees to remove. */
const comparisonLimitMs = 30_000;

/** Starts the process with its task. */
export function startBenchmark(
  entry: string,
  task: BenchmarkTask,
  log: LogOutputChannel,
  onProgress: (event: ProgressEvent) => void,
): BenchmarkProcess {
  const child = forkEntry(entry, log);
  let cutOff: NodeJS.Timeout | undefined;

  const outcome = new Promise<Outcome>((resolve, reject) => {
    const onEvent = (event: BenchmarkEvent): void => {
      switch (event.type) {
        case 'ready':
          sendTo(child, task satisfies BenchmarkCommand);
          return;
        case 'snapshot':
        case 'partial':
        case 'levelSnapshot':
        case 'levelEnded':
        case 'stage':
        case 'slice':
        case 'pairEnded':
          onProgress(event);
          return;
        case 'record':
        case 'sweep':
        case 'suite':
          resolve({ kind: 'record', record: event.record });
          return;
        case 'comparison':
          resolve(event.record === null ? { kind: 'nothing' } : { kind: 'record', record: event.record });
          return;
        case 'response':
          return;
        case 'failure':
          reject(errorOf(event));
      }
    };
    child.on('message', (message: unknown) => {
      try {
        onEvent(readBenchmarkEvent(message));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        child.kill('SIGKILL');
      }
    });
    child.on('error', (cause) =>
      reject(
        new LoadlensError('The benchmark process could not be started.', {
          hint: 'The log says why.',
          cause,
        }),
      ),
    );
    // Not "exit", because all messages have arrived by now. After a record or a failure, this has no effect.
    child.on('close', (code, signal) => {
      clearTimeout(cutOff);
      resolve({ kind: 'lost', how: endedWith(code, signal) });
    });
  });

  return {
    outcome,
    cancel: () => {
      sendTo(child, { type: 'cancel' } satisfies BenchmarkCommand);
      cutOff ??= setTimeout(
        () => child.kill('SIGKILL'),
        task.type === 'comparison' ? comparisonLimitMs : cancelLimitMs,
      );
    },
    kill: () => {
      // A process whose parent has exited ends immediately, and stops its servers.
      if (task.type === 'comparison' && child.connected) child.disconnect();
      else child.kill('SIGKILL');
    },
  };
}

/** Removes, in a separate process, what a killed comparison left behind. */
export function tidyInProcess(entry: string, log: LogOutputChannel): void {
  const child = forkEntry(entry, log);
  child.once('message', () => sendTo(child, { type: 'tidy' } satisfies BenchmarkCommand));
  child.on('error', (error) => log.error(error));
}

/** Sends a request once in a separate process; undefined if it was canceled. */
export function sendInProcess(
  entry: string,
  task: OnceTask,
  log: LogOutputChannel,
  onCancel: (cancel: () => void) => void,
): Promise<OneResponse | undefined> {
  const child = forkEntry(entry, log);
  return new Promise((resolve, reject) => {
    onCancel(() => {
      child.kill('SIGKILL');
      resolve(undefined);
    });
    child.on('message', (message: unknown) => {
      try {
        const event = readBenchmarkEvent(message);
        if (event.type === 'ready') sendTo(child, task satisfies BenchmarkCommand);
        else if (event.type === 'response') resolve(event.response);
        else if (event.type === 'failure') reject(errorOf(event));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        child.kill('SIGKILL');
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      reject(
        new LoadlensError(`The process that sends ended before it had a response (${endedWith(code, signal)}).`, {
          hint: 'See the log for details.',
        }),
      ),
    );
  });
}

const errorOf = ({ message, hint, stack }: FailureMessage): Error =>
  stack === undefined ? new LoadlensError(message, { hint }) : Object.assign(new Error(message), { stack });
