import { EventEmitter, type Disposable, type Event, type LogOutputChannel, type Memento } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import { compactResult, isRun, readResult, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { ResultMark } from '../../../panel-protocol.ts';
import { recordSchema, type RunRecord } from '../../../core/record/run.ts';
import { setContextKey } from '../workspace/context-keys.ts';
import { lastResults, type LastResults } from './last-results.ts';

/** Data stored with a record: the user's label and note, and whether the result is pinned. */
export interface HistoryMark extends ResultMark {
  readonly pinned?: true;
}

/** The results of this workspace, newest first. A record never changes once it is in. */
export interface History extends Disposable {
  readonly onDidChange: Event<void>;
  /** Everything that was measured or compared. */
  readonly results: () => readonly ResultRecord[];
  readonly runs: () => readonly RunRecord[];
  readonly get: (id: string) => ResultRecord | undefined;
  /** The latest results of files and targets. */
  readonly last: () => LastResults;
  readonly add: <T extends ResultRecord>(record: T) => Promise<T>;
  /** Returns a function that restores them in place. */
  readonly remove: (ids: readonly string[]) => Promise<() => Promise<void>>;
  /** Empty unless the user marked the result. */
  readonly markOf: (id: string) => HistoryMark;
  /** Throws a LoadlensError if pinned results would leave no space for others. */
  readonly mark: (id: string, mark: HistoryMark) => Promise<void>;
  readonly clear: () => Promise<void>;
  /** No folder is open, so results can't be stored beyond this window. */
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
const marksKey = 'loadlens.historyMarks';

/** VS Code warns at 512 KiB of state. This leaves space for the rest. */
export const maxHistoryBytes = 400 * 1024;

/** Share for pinned results, which leaves the rest to new ones. */
const maxPinnedBytes = 0.75 * maxHistoryBytes;

const bytesOf = (results: readonly ResultRecord[]): number =>
  results.reduce((sum, result) => sum + Buffer.byteLength(JSON.stringify(result)), 0);

/** Returns the newest results that fit both bounds, and those that are pinned. The newest one always stays. */
export function prune(
  results: readonly ResultRecord[],
  maxResults: number,
  maxBytes: number,
  isPinned: (result: ResultRecord) => boolean = () => false,
): readonly ResultRecord[] {
  let bytes = bytesOf(results.filter(isPinned));
  let count = 0;
  return results.filter((result, index) => {
    if (isPinned(result)) return true;
    count += 1;
    if (count > maxResults) return false;
    bytes += bytesOf([result]);
    return index === 0 || bytes <= maxBytes;
  });
}

/** Creates the History. Stored data is read on first use, not at activation. */
export function createHistory({ store, maxRuns, log }: HistoryOptions): History {
  const changed = new EventEmitter<void>();
  let loaded: readonly ResultRecord[] | undefined;
  let runsLoaded: readonly RunRecord[] | undefined;
  let last: LastResults | undefined;
  let marks: Readonly<Record<string, HistoryMark>> | undefined;

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

  const allMarks = (): Readonly<Record<string, HistoryMark>> =>
    (marks ??= store?.get<Readonly<Record<string, HistoryMark>>>(marksKey, {}) ?? {});
  const markOf = (id: string): HistoryMark => allMarks()[id] ?? {};
  const isPinned = ({ id }: ResultRecord): boolean => markOf(id).pinned === true;
  const setMarks = async (next: Readonly<Record<string, HistoryMark>>): Promise<void> => {
    // Marks go with their results; one without content is none.
    const ids = new Set(results().map(({ id }) => id));
    marks = Object.fromEntries(
      Object.entries(next).filter(([id, mark]) => ids.has(id) && Object.keys(mark).length > 0),
    );
    changed.fire();
    await store?.update(marksKey, marks);
  };

  // Sets the context keys from the stored data without checking its records.
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
      await replace(prune([kept, ...results()], maxRuns(), maxHistoryBytes, isPinned));
      return kept;
    },
    remove: async (ids) => {
      const [before, marksBefore] = [results(), allMarks()];
      await replace(before.filter((result) => !ids.includes(result.id)));
      await setMarks(marksBefore);
      return async () => {
        const now = results();
        const known = new Set(before.map(({ id }) => id));
        const stayed = new Set([...now.map(({ id }) => id), ...ids]);
        // Results added after the removal stay the newest.
        await replace([...now.filter(({ id }) => !known.has(id)), ...before.filter(({ id }) => stayed.has(id))]);
        await setMarks({ ...marksBefore, ...allMarks() });
      };
    },
    markOf,
    mark: async (id, mark) => {
      const pinned = results().filter((result) => result.id === id || isPinned(result));
      if (mark.pinned === true && bytesOf(pinned) > maxPinnedBytes) {
        throw new LoadlensError('Pinned results would leave no room for new ones.', {
          hint: 'Unpin a result, or export this one as JSON.',
        });
      }
      await setMarks({ ...allMarks(), [id]: mark });
    },
    clear: async () => {
      await replace([]);
      await setMarks({});
    },
    keptForSession: store === undefined,
    dispose: () => changed.dispose(),
  };
}
