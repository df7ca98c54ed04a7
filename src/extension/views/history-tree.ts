import { EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, window, type Disposable } from 'vscode';
import { failureSentences } from '../../core/report/words/failure-reasons.ts';
import { unsavedMark } from '../../core/report/words/facts.ts';
import { formatCount, formatS } from '../../core/format.ts';
import { outcomeWords } from '../../core/report/words/outcome-words.ts';
import { isRun, isSweep, nameOf, type ResultRecord } from '../../core/report/formats/results.ts';
import type { ThroughputSuite } from '../../core/record/suite.ts';
import type { SweepRecord } from '../../core/record/sweep.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { commandIds, views } from '../contributions.ts';
import type { Clock } from '../services/runs/clock.ts';
import type { History } from '../services/runs/history.ts';
import {
  agoWords,
  numbersWords,
  levelsOutcome,
  outcomeLabel,
  outcomeOfResult,
  planWords,
  reasonWords,
  suiteWords,
  sweepWords,
} from './run-words.ts';

function itemFor(result: ResultRecord): TreeItem {
  const item = isRun(result) ? runItem(result) : isSweep(result) ? sweepItem(result) : suiteItem(result);
  item.id = result.id;
  item.command = { command: commandIds.openRun, title: 'Open Result', arguments: [result.id] };
  return item;
}

function runItem(record: RunRecord): TreeItem {
  const item = new TreeItem(record.name);
  const { tone } = outcomeWords[outcomeOfResult(record)];
  const description = `${numbersWords(record, tone === 'bad' ? reasonWords(record) : undefined)} · ${agoWords(record)}`;
  item.description = description;
  item.iconPath = icon(record);
  item.contextValue = 'run';
  item.tooltip = tooltip(record);
  item.accessibilityInformation = { label: `${record.name}, ${outcomeLabel(record)}, ${description}` };
  return item;
}

function sweepItem(sweep: SweepRecord): TreeItem {
  return levelsItem(sweep, {
    icon: 'graph-line',
    words: sweepWords(sweep),
    lines: [...sweep.capacity, ...failureSentences(sweep.levels), startedWords(sweep, sweep.levels[0])],
  });
}

/** A result of several levels; its icon tells it from a run. */
function levelsItem(
  result: SweepRecord | ThroughputSuite,
  say: { readonly icon: string; readonly words: string; readonly lines: readonly string[] },
): TreeItem {
  const name = nameOf(result);
  const item = new TreeItem(name);
  const outcome = levelsOutcome(result);
  const { tone } = outcomeWords[outcomeOfResult(result)];
  const description = [say.words, ...(tone === 'good' ? [] : [outcome]), agoWords(result)].join(' · ');
  item.description = description;
  item.iconPath = new ThemeIcon(say.icon, tone === 'good' ? undefined : new ThemeColor(toneColors[tone]));
  item.contextValue = isSweep(result) ? 'sweep' : 'suite';
  const text = new MarkdownString();
  for (const line of [`${name} – ${outcome}`, ...say.lines]) {
    text.appendText(line);
    text.appendMarkdown('\n\n');
  }
  item.tooltip = text;
  item.accessibilityInformation = { label: `${name}, ${outcome}, ${description}` };
  return item;
}

function suiteItem(suite: ThroughputSuite): TreeItem {
  const { model, findings, recommendations, runs } = suite;
  const sentences = [...findings, ...recommendations].slice(0, 3).map(({ text }) => text);
  return levelsItem(suite, {
    icon: 'beaker',
    words: suiteWords(suite),
    lines: [model.url, ...sentences, ...failureSentences(runs), startedWords(suite, runs[0])],
  });
}

/** `22 Nov 2026, 20:15:37 on build-7`. */
function startedWords({ startedAt }: ResultRecord, run: RunRecord | undefined): string {
  const started = new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return run === undefined ? started : `${started} on ${run.environment.host}`;
}

const toneColors = {
  good: 'testing.iconPassed',
  plain: 'list.warningForeground',
  warning: 'list.warningForeground',
  bad: 'list.errorForeground',
} as const;

const icons = { good: 'pass', plain: 'circle-slash', warning: 'warning', bad: 'error' } as const;

function icon(record: RunRecord): ThemeIcon {
  const { tone } = outcomeWords[outcomeOfResult(record)];
  return new ThemeIcon(icons[tone], tone === 'plain' ? undefined : new ThemeColor(toneColors[tone]));
}

function tooltip(record: RunRecord): MarkdownString {
  const text = new MarkdownString();
  text.appendText(`${record.name} – ${outcomeLabel(record)}`);
  text.appendMarkdown('\n\n');
  text.appendText(
    `${planWords(record.plan)} in ${formatS(record.totalMs / 1000)}, ${formatCount(record.successes)} succeeded`,
  );
  text.appendMarkdown('\n\n');
  const why = failureSentences([record]);
  text.appendText([numbersWords(record), ...why].join(' · '));
  text.appendMarkdown('\n\n');
  text.appendText([startedWords(record, record), ...unsavedMark(record.source)].join(' · '));
  return text;
}

/** The tree of past runs and sweeps. Its elements are their ids: that is what menus hand to commands. */
export function createHistoryTree(history: History, clock: Clock): Disposable {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<string>(views.history, {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? history.results().map(({ id }) => id) : []),
      getTreeItem: (id) => {
        const result = history.get(id);
        return result === undefined ? new TreeItem(id) : itemFor(result);
      },
    },
  });
  if (history.keptForSession) {
    tree.message = 'No folder is open: results are kept until this window closes.';
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
