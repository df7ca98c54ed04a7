import type { LogOutputChannel, Memento } from 'vscode';
import { compactResult, readResult, type ResultRecord } from '../../../core/report/formats/results.ts';

/** The run or sweep in progress as a result, in case this window closes the next moment. */
export interface Unfinished {
  /**
   * Replaces the stored partial result, unless there is none yet. Writes at most every 2 s, so it may be called for
   * each snapshot, but immediately after a milestone, such as the end of a level.
   */
  readonly keep: (make: () => ResultRecord | undefined, milestone: boolean) => void;
  /** The run has ended in this window: its record is in the history, or there is none. */
  readonly forget: () => Promise<void>;
  /** Partial result of a window that was closed. */
  readonly left: () => ResultRecord | undefined;
}

const key = 'loadlens.unfinished';
const restMs = 2000;

/** Makes the Unfinished; without a store nothing is kept, as with the history. */
export function createUnfinished(store: Memento | undefined, log: LogOutputChannel): Unfinished {
  let keptAtMs = -Infinity;
  return {
    keep: (make, milestone) => {
      if (store === undefined || (!milestone && performance.now() - keptAtMs < restMs)) return;
      const record = make();
      if (record === undefined) return;
      keptAtMs = performance.now();
      void store.update(key, compactResult(record));
    },
    forget: async () => {
      keptAtMs = -Infinity;
      if (store?.get(key) !== undefined) await store.update(key, undefined);
    },
    left: () => {
      const json = store?.get<unknown>(key);
      try {
        return json === undefined ? undefined : readResult(json);
      } catch (error) {
        log.warn(`The partial result of a run that stopped unexpectedly can't be read: ${String(error)}`);
        return undefined;
      }
    },
  };
}
