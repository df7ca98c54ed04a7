import type { LogOutputChannel, Memento } from 'vscode';
import { compactResult, readResult, type ResultRecord } from '../../../core/report/formats/results.ts';

/** The run or sweep under way as it would be told if this window were gone the next moment. */
export interface Unfinished {
  /**
   * Keeps what has been measured so far in place of what was kept before; nothing measured changes nothing. Every 2 s at
   * most, so it may be told each snapshot; at once after a milestone, such as the end of a level.
   */
  readonly keep: (make: () => ResultRecord | undefined, milestone: boolean) => void;
  /** The run has ended in this window: its record is in the history, or there is none. */
  readonly forget: () => Promise<void>;
  /** What a window that is gone has left behind. */
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
