import { window, type QuickPickItem } from 'vscode';
import { nameOf } from '../../core/report/formats/results.ts';
import { countOf } from '../../core/format.ts';
import type { History, HistoryMark } from '../services/runs/history.ts';
import type { Notify } from '../services/workspace/notify.ts';
import { fileOf, type Grouping, type HistoryFilter } from '../views/history/entries.ts';
import type { HistoryTree } from '../views/history/history-tree.ts';
import { chosenIds } from './chosen.ts';
import type { Handlers } from './handlers.ts';

const groupings: readonly { readonly grouping: Grouping; readonly label: string }[] = [
  { grouping: 'none', label: 'No Groups' },
  { grouping: 'file', label: 'By File' },
  { grouping: 'day', label: 'By Day' },
  { grouping: 'fileAndDay', label: 'By File and Day' },
];

/** Commands that put the history in order. */
export function historyCommands({
  history,
  tree,
  notify,
}: {
  readonly history: History;
  readonly tree: HistoryTree;
  readonly notify: Notify;
}): Pick<
  Handlers,
  | 'filterHistory'
  | 'clearHistoryFilter'
  | 'groupHistory'
  | 'renameResult'
  | 'annotateResult'
  | 'pinResult'
  | 'unpinResult'
  | 'deleteRun'
  | 'clearHistory'
> {
  /** From a menu the results it names, from a key those that are selected. */
  const chosen = (id: unknown, ids: unknown): readonly string[] => {
    const named = chosenIds(id, ids).filter((one) => history.get(one) !== undefined);
    return named.length > 0 ? named : tree.selected();
  };

  /** Asks for the label or note of a result. An empty input removes it. */
  const askFor = async (
    id: string | undefined,
    part: 'name' | 'note',
    words: { readonly title: string; readonly prompt: string; readonly instead: (id: string) => string },
  ): Promise<void> => {
    if (id === undefined) return;
    const { [part]: now, ...rest } = history.markOf(id);
    const { title, prompt, instead } = words;
    const text = (await window.showInputBox({ title, prompt, value: now ?? instead(id) }))?.trim();
    if (text === undefined) return;
    await history.mark(id, { ...rest, ...(text === '' || text === instead(id) ? {} : { [part]: text }) });
  };

  const pin = async (ids: readonly string[], pinned: boolean): Promise<void> => {
    for (const id of ids) {
      const { pinned: _, ...rest } = history.markOf(id);
      const mark: HistoryMark = pinned ? { ...rest, pinned } : rest;
      await history.mark(id, mark);
    }
  };

  const ownName = (id: string): string => {
    const result = history.get(id);
    return result === undefined ? '' : nameOf(result);
  };

  return {
    filterHistory: async () => {
      const filter = await askFilter(history, tree.filter());
      if (filter !== undefined) tree.setFilter(filter);
    },
    clearHistoryFilter: () => tree.setFilter({}),
    groupHistory: async () => {
      const items = groupings.toSorted((one) => (one.grouping === tree.grouping() ? -1 : 0));
      const picked = await window.showQuickPick(items, { title: 'Group History', placeHolder: 'The first is current' });
      if (picked !== undefined) await tree.setGrouping(picked.grouping);
    },
    renameResult: (id, ids) =>
      askFor(chosen(id, ids)[0], 'name', {
        title: 'Rename Result',
        prompt: 'Name in the history. Leave empty to restore its own name.',
        instead: ownName,
      }),
    annotateResult: (id, ids) =>
      askFor(chosen(id, ids)[0], 'note', {
        title: 'Edit Note',
        prompt: 'Shown in the tooltip and with the result. Leave empty to remove the note.',
        instead: () => '',
      }),
    pinResult: (id, ids) => pin(chosen(id, ids), true),
    unpinResult: (id, ids) => pin(chosen(id, ids), false),
    deleteRun: async (id, ids) => {
      const gone = chosen(id, ids);
      const results = gone.flatMap((one) => history.get(one) ?? []);
      const [first] = results;
      if (first === undefined) return;
      const name = history.markOf(first.id).name ?? nameOf(first);
      const started = new Date(first.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
      const undo = await history.remove(gone);
      notify.info(
        results.length === 1 ? `Deleted ${name} of ${started}.` : `Deleted ${countOf(results.length, 'result')}.`,
        { label: 'Undo', run: () => undo().catch((error: unknown) => notify.failure(error)) },
      );
    },
    clearHistory: async () => {
      const remove = 'Clear History';
      const detail = `${history.results().length} results will be deleted. You can’t undo this.`;
      const question = 'Clear the history of this workspace?';
      if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) === remove) {
        await history.clear();
      }
    },
  };
}

/** Asks for a file of the list or a text; undefined when the user went away. */
function askFilter(history: History, now: HistoryFilter): Promise<HistoryFilter | undefined> {
  const counts = new Map<string, number>();
  for (const result of history.results()) counts.set(fileOf(result), (counts.get(fileOf(result)) ?? 0) + 1);
  const files = [...counts].map(([file, count]) => ({
    label: `$(file) ${file}`,
    description: countOf(count, 'result'),
    filter: { file },
  }));
  type Item = QuickPickItem & { readonly filter: HistoryFilter };
  const withText = (text: string): Item[] => [
    ...(text.trim() === ''
      ? []
      : [{ label: `$(search) Results with “${text.trim()}”`, alwaysShow: true, filter: { text: text.trim() } }]),
    ...files,
  ];
  const pick = window.createQuickPick<Item>();
  Object.assign(pick, { title: 'Filter History', placeholder: 'Type words to find, or select a file' });
  pick.value = now.text ?? '';
  pick.items = withText(pick.value);
  return new Promise((resolve) => {
    pick.onDidChangeValue((text) => (pick.items = withText(text)));
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.filter);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
