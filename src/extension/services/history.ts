import { EventEmitter, type Disposable, type Event, type LogOutputChannel, type Memento } from 'vscode';
import { compactRecord, readRecord } from '../../core/report/record.ts';
import type { RunRecord } from '../../core/report/types.ts';
import { setContextKey } from './contextKeys.ts';

/** The runs of this workspace, newest first. A record never changes once it is in. */
export interface History extends Disposable {
  readonly onDidChange: Event<void>;
  readonly runs: () => readonly RunRecord[];
  readonly get: (id: string) => RunRecord | undefined;
  /** The newest finished run of a file that has numbers of this target. */
  readonly lastOfTarget: (file: string, target: string) => TargetResult | undefined;
  readonly add: (record: RunRecord) => Promise<RunRecord>;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** No folder is open, so there is no place to keep runs beyond this window. */
  readonly keptForSession: boolean;
}

/** One target's numbers and the run they come from. */
export interface TargetResult {
  readonly record: RunRecord;
  readonly numbers: RunRecord['perTarget'][number];
}

/** Where runs are kept, and how many. */
export interface HistoryOptions {
  /** Undefined: kept in memory. */
  readonly store: Memento | undefined;
  readonly maxRuns: () => number;
  readonly log: LogOutputChannel;
}

const key = 'loadlens.history';

/** VS Code warns at 512 KiB of state; this leaves room for the rest. */
export const maxHistoryBytes = 400 * 1024;

/** The newest runs that fit both bounds; the newest of all always stays. */
export function prune(runs: readonly RunRecord[], maxRuns: number, maxBytes: number): RunRecord[] {
  let bytes = 0;
  return runs.slice(0, maxRuns).filter((run, index) => {
    bytes += Buffer.byteLength(JSON.stringify(run));
    return index === 0 || bytes <= maxBytes;
  });
}

/** Makes the History; what is stored is read at the first look, not at activation. */
export function createHistory({ store, maxRuns, log }: HistoryOptions): History {
  const changed = new EventEmitter<void>();
  let loaded: readonly RunRecord[] | undefined;
  let byTarget: Map<string, TargetResult> | undefined;

  const load = (): readonly RunRecord[] => {
    const stored = store?.get<readonly unknown[]>(key, []) ?? [];
    return stored.flatMap((json) => {
      try {
        return [readRecord(json)];
      } catch (error) {
        log.warn(`A stored run could not be read and is left out: ${String(error)}`);
        return [];
      }
    });
  };
  const runs = (): readonly RunRecord[] => (loaded ??= load());

  const announce = (): void => {
    setContextKey('hasHistory', runs().length > 0);
    setContextKey('canCompare', runs().length > 1);
    changed.fire();
  };

  const replace = async (next: readonly RunRecord[]): Promise<void> => {
    loaded = next;
    byTarget = undefined;
    announce();
    await store?.update(key, next);
  };

  const index = (): Map<string, TargetResult> => {
    const results = new Map<string, TargetResult>();
    // Oldest first, so that the newest stays.
    for (const record of runs().toReversed()) {
      for (const numbers of record.perTarget) {
        if (record.source !== null && numbers.responses > 0) {
          results.set(`${record.source.file}\n${numbers.name}`, { record, numbers });
        }
      }
    }
    return results;
  };

  setContextKey('hasHistory', (store?.get<readonly unknown[]>(key, []).length ?? 0) > 0);
  setContextKey('canCompare', (store?.get<readonly unknown[]>(key, []).length ?? 0) > 1);

  return {
    onDidChange: changed.event,
    runs,
    get: (id) => runs().find((run) => run.id === id),
    lastOfTarget: (file, target) => (byTarget ??= index()).get(`${file}\n${target}`),
    add: async (record) => {
      const kept = compactRecord(record);
      await replace(prune([kept, ...runs()], maxRuns(), maxHistoryBytes));
      return kept;
    },
    remove: (ids) => replace(runs().filter((run) => !ids.includes(run.id))),
    clear: () => replace([]),
    keptForSession: store === undefined,
    dispose: () => changed.dispose(),
  };
}
