import { EventEmitter, TreeItem, window, type Disposable, type Memento } from 'vscode';
import { formatCount } from '../../../core/format.ts';
import { views } from '../../contributions.ts';
import type { Clock } from '../../services/runs/clock.ts';
import type { History } from '../../services/runs/history.ts';
import type { Baselines, KeptBaseline } from '../../services/workspace/baselines.ts';
import { setContextKey } from '../../services/workspace/context-keys.ts';
import { resultWords } from '../run-words.ts';
import { filtered, historyEntries, type Grouping, type HistoryEntry, type HistoryFilter } from './entries.ts';
import { itemFor } from './items.ts';

/** The list of past results. */
export interface HistoryTree extends Disposable {
  /** The results that are selected in it. */
  readonly selected: () => readonly string[];
  readonly filter: () => HistoryFilter;
  readonly setFilter: (filter: HistoryFilter) => void;
  readonly grouping: () => Grouping;
  readonly setGrouping: (grouping: Grouping) => Promise<void>;
}

/** Services that the list needs. */
interface HistoryTreeParts {
  readonly history: History;
  readonly baselines: Baselines;
  readonly clock: Clock;
  readonly memory: Memento;
}

const groupingKey = 'loadlens.historyGrouping';

/** Makes the list. Its elements are the ids of results and groups: that is what menus hand to commands. */
export function createHistoryTree({ history, baselines, clock, memory }: HistoryTreeParts): HistoryTree {
  const changed = new EventEmitter<void>();
  let filter: HistoryFilter = {};
  let grouping = memory.get<Grouping>(groupingKey, 'none');
  const known = new Map<string, HistoryEntry>();

  const look = () => ({ grouping, filter, markOf: history.markOf, wordsOf: resultWords, now: new Date() });
  const idsOf = (entries: readonly HistoryEntry[]): string[] =>
    entries.map((entry) => {
      known.set(entry.id, entry);
      return entry.id;
    });

  const tree = window.createTreeView<string>(views.history, {
    canSelectMany: true,
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => {
        if (parent !== undefined) {
          const entry = known.get(parent);
          return entry?.kind === 'group' ? idsOf(entry.entries) : [];
        }
        known.clear();
        return idsOf(historyEntries(history.results(), look()));
      },
      getTreeItem: (id) => {
        const entry = known.get(id);
        return entry === undefined
          ? new TreeItem(id)
          : itemFor(entry, history.markOf(id), baselinesOf(id, baselines.known()));
      },
    },
  });

  const message = (): string | undefined => {
    const { file, text } = filter;
    if (file !== undefined || text !== undefined) {
      const all = history.results();
      const shown = filtered(all, look()).length;
      return `${formatCount(shown)} of ${formatCount(all.length)} results: ${[file, text].filter((part) => part !== undefined).join(', ')}`;
    }
    return history.keptForSession ? 'No folder is open: results are kept until this window closes.' : undefined;
  };
  const refresh = (): void => {
    const said = message();
    if (tree.message !== said) tree.message = said ?? '';
    changed.fire();
  };
  refresh();

  const subscriptions = [
    history.onDidChange(refresh),
    baselines.onDidChange(refresh),
    clock.onMinute(() => {
      if (tree.visible) changed.fire();
    }),
  ];
  return {
    selected: () => tree.selection.filter((id) => history.get(id) !== undefined),
    filter: () => filter,
    setFilter: (next) => {
      filter = next;
      setContextKey('historyFiltered', Object.keys(next).length > 0);
      refresh();
    },
    grouping: () => grouping,
    setGrouping: async (next) => {
      grouping = next;
      refresh();
      await memory.update(groupingKey, next);
    },
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      tree.dispose();
      changed.dispose();
    },
  };
}

/** Names of the baselines that have a run. */
const baselinesOf = (id: string, kept: readonly KeptBaseline[]): readonly string[] =>
  kept.filter(({ baseline }) => baseline.runs.some((run) => run.id === id)).map(({ baseline }) => baseline.name);
