import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { unsavedMark } from '../../../core/report/words/facts.ts';
import { failureSentences } from '../../../core/report/words/failure-reasons.ts';
import { verdictText } from '../../../core/report/words/verdict.ts';
import { formatCount, formatS } from '../../../core/format.ts';
import { outcomeWords } from '../../../core/report/words/outcome-words.ts';
import { isComparison, isRun, isSweep, nameOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { ComparisonRecord } from '../../../core/record/comparisons/comparison.ts';
import type { ThroughputSuite } from '../../../core/record/suites/suite.ts';
import type { SweepRecord } from '../../../core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { commandIds } from '../../contributions.ts';
import type { HistoryMark } from '../../services/runs/history.ts';
import {
  agoWords,
  comparisonTone,
  comparisonWords,
  numbersWords,
  levelsOutcome,
  outcomeLabel,
  outcomeOfResult,
  planWords,
  reasonWords,
  suiteWords,
  sweepWords,
} from '../run-words.ts';
import { fileOf, type HistoryEntry } from './entries.ts';

/** How a kind of result is drawn in the list. */
interface Row {
  /** `run`, `sweep`, `suite`, `comparison`, or `comparisonKept`, which can't be repeated: menus depend on it. */
  readonly kind: string;
  readonly icon: ThemeIcon;
  /** Text after the time. */
  readonly words: string;
  readonly outcome: string;
  /** The verdict in full for the tooltip; absent if the row shows it. */
  readonly verdict?: string;
  readonly lines: readonly string[];
  /** Of the machine that sent. */
  readonly host: string | undefined;
}

/**
 * Creates the row of an entry. The time comes first, because a narrow view cuts off the end.
 * @param baselines names of those that have the run
 */
export function itemFor(entry: HistoryEntry, mark: HistoryMark, baselines: readonly string[]): TreeItem {
  if (entry.kind === 'group') {
    const item = new TreeItem(entry.label, TreeItemCollapsibleState.Expanded);
    item.id = entry.id;
    item.description = formatCount(entry.count);
    item.contextValue = 'group';
    return item;
  }
  const { result } = entry;
  const row = rowOf(result);
  const name = mark.name ?? nameOf(result);
  const item = new TreeItem(name);
  const time = entry.inDay
    ? new Date(result.startedAt).toLocaleTimeString(undefined, { timeStyle: 'short' })
    : agoWords(result);
  const kept = baselines.length === 0 ? [] : [`baseline ${baselines.join(', ')}`];
  const description = [time, ...kept, row.words].join(' · ');
  item.id = result.id;
  item.description = description;
  item.iconPath = row.icon;
  item.contextValue = mark.pinned === true ? `${row.kind} pinned` : row.kind;
  item.tooltip = tooltip(result, row, mark);
  item.accessibilityInformation = { label: `${name}, ${row.outcome}, ${description}` };
  item.command = { command: commandIds.openRun, title: 'Open Result', arguments: [result.id] };
  return item;
}

function tooltip(result: ResultRecord, row: Row, mark: HistoryMark): MarkdownString {
  const text = new MarkdownString();
  const named = mark.name === undefined ? [] : [`${mark.name} (${nameOf(result)})`];
  const [name = nameOf(result)] = named;
  for (const line of [
    `${name} – ${row.verdict ?? row.outcome}`,
    ...(mark.note === undefined ? [] : [`Note: ${mark.note}`]),
    ...row.lines,
    [...(fileOf(result) === nameOf(result) ? [] : [fileOf(result)]), startedWords(result, row.host)].join(' · '),
  ]) {
    text.appendText(line);
    text.appendMarkdown('\n\n');
  }
  return text;
}

function rowOf(result: ResultRecord): Row {
  if (isRun(result)) return runRow(result);
  if (isComparison(result)) return comparisonRow(result);
  return isSweep(result) ? sweepRow(result) : suiteRow(result);
}

function runRow(record: RunRecord): Row {
  const { tone } = outcomeWords[outcomeOfResult(record)];
  const { plan, totalMs, successes } = record;
  return {
    kind: 'run',
    icon: new ThemeIcon(icons[tone], tone === 'plain' ? undefined : new ThemeColor(toneColors[tone])),
    words: numbersWords(record, tone === 'bad' ? reasonWords(record) : undefined),
    outcome: outcomeLabel(record),
    verdict: verdictText(record),
    lines: [
      `${planWords(plan)} in ${formatS(totalMs / 1000)}, ${formatCount(successes)} succeeded`,
      numbersWords(record),
      ...unsavedMark(record.source),
    ],
    host: record.environment.host,
  };
}

const sweepRow = (sweep: SweepRecord): Row => ({
  ...levelsRow(sweep, 'graph-line', sweepWords(sweep)),
  kind: 'sweep',
  lines: [...sweep.capacity, ...failureSentences(sweep.levels), ...unsavedMark(sweep.levels[0]?.source ?? null)],
  host: sweep.levels[0]?.environment.host,
});

function suiteRow(suite: ThroughputSuite): Row {
  const { model, findings, recommendations, runs } = suite;
  const sentences = [...findings, ...recommendations].slice(0, 3).map(({ text }) => text);
  return {
    ...levelsRow(suite, 'beaker', suiteWords(suite)),
    kind: 'suite',
    lines: [model.url, ...sentences, ...failureSentences(runs)],
    host: runs[0]?.environment.host,
  };
}

/** Common context value of results with several levels. The icon distinguishes them from a run. */
function levelsRow(
  result: SweepRecord | ThroughputSuite,
  icon: string,
  words: string,
): Pick<Row, 'icon' | 'words' | 'outcome'> {
  const outcome = levelsOutcome(result);
  const { tone } = outcomeWords[outcomeOfResult(result)];
  return {
    icon: new ThemeIcon(icon, tone === 'good' ? undefined : new ThemeColor(toneColors[tone])),
    words: [words, ...(tone === 'good' ? [] : [outcome])].join(' · '),
    outcome,
  };
}

function comparisonRow(comparison: ComparisonRecord): Row {
  const tone = comparisonTone(comparison);
  const { verdict, warnings, environment } = comparison;
  return {
    kind: comparison.kind === 'kept' ? 'comparisonKept' : 'comparison',
    icon: new ThemeIcon('git-compare', tone === 'plain' ? undefined : new ThemeColor(toneColors[tone])),
    words: comparisonWords(comparison),
    outcome: verdict.name ?? 'no verdict',
    lines: [verdict.sentence, ...warnings.slice(0, 3)],
    host: environment.host,
  };
}

/** `22 Nov 2026, 20:15:37 on build-7`. */
function startedWords({ startedAt }: ResultRecord, host: string | undefined): string {
  const started = new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return host === undefined ? started : `${started} on ${host}`;
}

const toneColors = {
  good: 'testing.iconPassed',
  plain: 'list.warningForeground',
  warning: 'list.warningForeground',
  bad: 'list.errorForeground',
} as const;

const icons = { good: 'pass', plain: 'circle-slash', warning: 'warning', bad: 'error' } as const;
