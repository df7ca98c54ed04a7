import { l10n, type LogOutputChannel } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunInput } from '../../core/plan/types.ts';
import type { RunRecord } from '../../core/report/types.ts';
import { readBenchmarkEvent, type BenchmarkCommand, type BenchmarkEvent } from '../../processes/messages.ts';
import { endedWith, forkEntry, sendTo } from './childProcess.ts';

/** How the process that sends came to its end. */
export type Outcome =
  | { readonly kind: 'record'; readonly record: RunRecord }
  /** It died, or did not answer a cancel: all there is stands in the last snapshot. */
  | { readonly kind: 'lost'; readonly how: string; readonly last: Snapshot | null };

/** A benchmark that is under way in a process of its own. */
export interface BenchmarkProcess {
  /** Rejects with what the process gives as the reason why nothing could be measured. */
  readonly outcome: Promise<Outcome>;
  /** Asks for an early end; the record then comes as usual, with status `cancelled`. */
  readonly cancel: () => void;
  /** Ends it at once, for a window that closes. */
  readonly kill: () => void;
}

/** A cancelled run that says nothing for so long is cut off. */
const cancelLimitMs = 5000;

/** Starts the process and hands it the run. */
export function startBenchmark(
  entry: string,
  input: RunInput,
  log: LogOutputChannel,
  onSnapshot: (snapshot: Snapshot) => void,
): BenchmarkProcess {
  const child = forkEntry(entry, log);
  let last: Snapshot | null = null;
  let cutOff: NodeJS.Timeout | undefined;

  const outcome = new Promise<Outcome>((resolve, reject) => {
    const onEvent = (event: BenchmarkEvent): void => {
      switch (event.type) {
        case 'ready':
          sendTo(child, { type: 'run', input } satisfies BenchmarkCommand);
          return;
        case 'snapshot':
          last = event.snapshot;
          onSnapshot(event.snapshot);
          return;
        case 'record':
          resolve({ kind: 'record', record: event.record });
          return;
        case 'failure':
          reject(
            event.stack === undefined
              ? new LoadlensError(event.message, { hint: event.hint })
              : Object.assign(new Error(event.message), { stack: event.stack }),
          );
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
        new LoadlensError(l10n.t('The benchmark process could not be started.'), {
          hint: l10n.t('The log says why.'),
          cause,
        }),
      ),
    );
    // After a record or a failure this changes nothing.
    child.on('exit', (code, signal) => {
      clearTimeout(cutOff);
      resolve({ kind: 'lost', how: endedWith(code, signal), last });
    });
  });

  return {
    outcome,
    cancel: () => {
      sendTo(child, { type: 'cancel' } satisfies BenchmarkCommand);
      cutOff ??= setTimeout(() => child.kill('SIGKILL'), cancelLimitMs);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
