import { EventEmitter, l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem, window, type Disposable } from 'vscode';
import { formatCount, formatS } from '../../core/report/format.ts';
import type { RunRecord } from '../../core/report/types.ts';
import { commandIds, views } from '../contributions.ts';
import type { Clock } from '../services/clock.ts';
import type { History } from '../services/history.ts';
import { agoWords, numbersWords, outcomeWords, planWords } from './runWords.ts';

function itemFor(record: RunRecord): TreeItem {
  const item = new TreeItem(record.name);
  const description = `${numbersWords(record)} · ${agoWords(record)}`;
  item.id = record.id;
  item.description = description;
  item.iconPath = icon(record);
  item.contextValue = 'run';
  item.command = { command: commandIds.openRun, title: l10n.t('Open Run'), arguments: [record.id] };
  item.tooltip = tooltip(record);
  item.accessibilityInformation = { label: `${record.name}, ${outcomeWords(record)}, ${description}` };
  return item;
}

function icon(record: RunRecord): ThemeIcon {
  if (record.status === 'crashed' || (record.status === 'completed' && record.successes === 0)) {
    return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  }
  if (record.status === 'cancelled') return new ThemeIcon('circle-slash');
  const missed = record.objectives.some((verdict) => verdict.outcome === 'fail');
  if (missed || record.successes < record.requestsSent) {
    return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  }
  return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
}

function tooltip(record: RunRecord): MarkdownString {
  const text = new MarkdownString();
  text.appendText(`${record.name} – ${outcomeWords(record)}`);
  text.appendMarkdown('\n\n');
  text.appendText(
    l10n.t(
      '{0} in {1}, {2} succeeded',
      planWords(record.plan),
      formatS(record.totalMs / 1000),
      formatCount(record.successes),
    ),
  );
  text.appendMarkdown('\n\n');
  text.appendText(numbersWords(record));
  text.appendMarkdown('\n\n');
  const started = new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  text.appendText(l10n.t('{0} on {1}', started, record.environment.host));
  return text;
}

/** The tree of past runs. Its elements are ids of runs: that is what menus hand to commands. */
export function createHistoryTree(history: History, clock: Clock): Disposable {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<string>(views.history, {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? history.runs().map((run) => run.id) : []),
      getTreeItem: (id) => {
        const record = history.get(id);
        return record === undefined ? new TreeItem(id) : itemFor(record);
      },
    },
  });
  if (history.keptForSession) {
    tree.message = l10n.t('No folder is open: runs are kept until this window closes.');
  }
  const subscriptions = [
    history.onDidChange(() => changed.fire()),
    clock.onMinute(() => {
      if (tree.visible) changed.fire();
    }),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      tree.dispose();
      changed.dispose();
    },
  };
}
