import { EventEmitter, type Disposable, type Event, type LogOutputChannel, type Memento } from 'vscode';
import { compactResult, isRun, readResult, type ResultRecord } from '../../../core/report/formats/results.ts';
import { recordSchema, type RunRecord } from '../../../core/record/run.ts';
import { setContextKey } from '../workspace/context-keys.ts';
import { lastResults, type LastResults } from './last-results.ts';

/** The results of this workspace, newest first. A record never changes once it is in. */
export interface History extends Disposable {
  readonly onDidChange: Event<void>;
  /** Runs and sweeps. */
  readonly results: () => readonly ResultRecord[];
  readonly runs: () => readonly RunRecord[];
  readonly get: (id: string) => ResultRecord | undefined;
  /** The latest results of files and targets. */
  readonly last: () => LastResults;
  readonly add: <T extends ResultRecord>(record: T) => Promise<T>;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** No folder is open, so there is no place to keep results beyond this window. */
  readonly keptForSession: boolean;
}

/** Where results are kept, and how many. */
export interface HistoryOptions {
  /** Undefined: kept in memory. */
  readonly store: Memento | undefined;
  readonly maxRuns: () => number;
  readonly log: LogOutputChannel;
}

const key = 'loadlens.history';

/** VS Code warns at 512 KiB of state; this leaves room for the rest. */
export const maxHistoryBytes = 400 * 1024;

/** The newest results that fit both bounds; the newest of all always stays. */
export function prune(results: readonly ResultRecord[], maxResults: number, maxBytes: number): readonly ResultRecord[] {
  let bytes = 0;
  return results.slice(0, maxResults).filter((result, index) => {
    bytes += Buffer.byteLength(JSON.stringify(result));
    return index === 0 || bytes <= maxBytes;
  });
}

/** Makes the History; what is stored is read at the first look, not at activation. */
export function createHistory({ store, maxRuns, log }: HistoryOptions): History {
  const changed = new EventEmitter<void>();
  let loaded: readonly ResultRecord[] | undefined;
  let runsLoaded: readonly RunRecord[] | undefined;
  let last: LastResults | undefined;

  const load = (): readonly ResultRecord[] => {
    const stored = store?.get<readonly unknown[]>(key, []) ?? [];
    return stored.flatMap((json) => {
      try {
        return [readResult(json)];
      } catch (error) {
        log.warn(`A stored result could not be read and is left out: ${String(error)}`);
        return [];
      }
    });
  };
  const results = (): readonly ResultRecord[] => (loaded ??= load());
  const runs = (): readonly RunRecord[] => (runsLoaded ??= results().filter(isRun));

  const announce = (): void => {
    setContextKey('hasHistory', results().length > 0);
    setContextKey('canCompare', runs().length > 1);
    changed.fire();
  };

  const replace = async (next: readonly ResultRecord[]): Promise<void> => {
    loaded = next;
    runsLoaded = undefined;
    last = undefined;
    announce();
    await store?.update(key, next);
  };

  // A first look without reading what is stored.
  const stored = store?.get<readonly { readonly schema?: unknown }[]>(key, []) ?? [];
  setContextKey('hasHistory', stored.length > 0);
  setContextKey('canCompare', stored.filter((result) => result?.schema === recordSchema).length > 1);

  return {
    onDidChange: changed.event,
    results,
    runs,
    get: (id) => results().find((result) => result.id === id),
    last: () => (last ??= lastResults(runs())),
    add: async (record) => {
      const kept = compactResult(record);
      await replace(prune([kept, ...results()], maxRuns(), maxHistoryBytes));
      return kept;
    },
    remove: (ids) => replace(results().filter((result) => !ids.includes(result.id))),
    clear: () => replace([]),
    keptForSession: store === undefined,
    dispose: () => changed.dispose(),
  };
}
