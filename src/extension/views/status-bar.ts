import { StatusBarAlignment, window, workspace, type Disposable, type TextEditor } from 'vscode';
import { shortReason } from '../../core/report/words/failure-reasons.ts';
import { formatCount } from '../../core/format.ts';
import { shortLevel } from '../../core/record/sweeps/level-words.ts';
import { isRun, nameOf, type ResultRecord } from '../../core/report/formats/results.ts';
import { commandIds } from '../contributions.ts';
import type { AgainstBaselines } from '../services/runs/against-baselines.ts';
import { isEndpoints, shownAs } from '../services/workspace/documents.ts';
import type { History } from '../services/runs/history.ts';
import type { Runs, RunState } from '../services/runs/runs.ts';
import { agoWords, headlineChange, resultWords, shortWords, toneOf } from './run-words.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `00:12`, `1:02:03`. */
function clockWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? minutes : `${Math.floor(seconds / 3600)}:${minutes}`;
}

/** `02:13 · pair 13 of 40 · p95 +4.2%`, or what is done before. */
function comparingWords({ stage, elapsedMs, pair, pairs, record }: Extract<RunState, { kind: 'comparing' }>): string {
  const step = stage ?? (pair === 0 ? 'connecting' : `pair ${pair} of ${pairs}`);
  return [clockWords(elapsedMs), step, ...(record === null ? [] : headlineChange(record))].join(' · ');
}

function runningWords(state: Exclude<RunState, { kind: 'idle' }>): string {
  if (state.kind === 'comparing') return `$(sync~spin) ${comparingWords(state)}`;
  const { snapshot, plan } = state;
  const sent = formatCount(snapshot?.summary.requestsSent ?? 0);
  const of = plan === undefined || plan.requests === null ? sent : `${sent}/${formatCount(plan.requests)}`;
  const reason =
    snapshot === null ? undefined : shortReason([{ ...snapshot.summary, failureSamples: snapshot.failures ?? [] }], 40);
  const progress = [clockWords(snapshot?.elapsedMs ?? 0), of, ...(reason === undefined ? [] : [reason])].join(' · ');
  if (state.kind === 'running') return `$(sync~spin) ${progress}`;
  const { done, levels, skipped = [], search } = state;
  const number = done.length + 1;
  // The level of a search is news; those of a sweep are known.
  const step =
    search === undefined
      ? `${number} of ${levels.length - skipped.length}`
      : `run ${number}${plan === undefined ? '' : ` at ${shortLevel(plan)}`}`;
  return `$(sync~spin) ${step} · ${progress}`;
}

function lastWords(result: ResultRecord | undefined, compared: string | undefined): string {
  if (result === undefined) return 'Loadlens';
  if (!isRun(result)) return resultWords(result);
  const reason = toneOf(result) === 'bad' ? shortReason([result], 40) : compared;
  return [shortWords(result), ...(reason === undefined ? [] : [reason])].join(' · ');
}

/** How a run compares with its baseline, while its file is open. */
function comparedWords(result: ResultRecord | undefined, against: AgainstBaselines): string | undefined {
  if (result === undefined || !isRun(result)) return undefined;
  const isSource = ({ document }: TextEditor): boolean =>
    isEndpoints(document) && shownAs(document.uri) === result.source?.file;
  const editor = window.visibleTextEditors.find(isSource);
  return editor && against.of(editor.document, result)?.found.words;
}

/** Services that the status bar needs. */
interface StatusBarParts {
  readonly runs: Runs;
  readonly history: History;
  readonly against: AgainstBaselines;
}

/** One short item: what runs, or the last p95 (and the share of successes when it is not all) while an endpoints file is open. */
export function createStatusBar({ runs, history, against }: StatusBarParts): Disposable {
  const item = window.createStatusBarItem('loadlens.status', StatusBarAlignment.Left, 0);
  item.name = 'Loadlens';

  const update = (): void => {
    const state = runs.state();
    if (state.kind !== 'idle') {
      item.text = runningWords(state);
      item.tooltip = `${state.name} is running. Show the results panel.`;
      item.command = commandIds.showResults;
      item.show();
      return;
    }
    const [result] = history.results();
    const failed = result !== undefined && toneOf(result) === 'bad';
    item.text = `$(${failed ? 'error' : 'pulse'}) ${lastWords(result, comparedWords(result, against))}`;
    item.tooltip =
      result === undefined
        ? 'Run a benchmark'
        : `${nameOf(result)}: ${resultWords(result)} · ${agoWords(result)}. Show the results panel.`;
    item.command = result === undefined ? commandIds.runBenchmark : commandIds.showResults;
    if (window.visibleTextEditors.some((editor) => isEndpoints(editor.document))) item.show();
    else item.hide();
  };

  const subscriptions = [
    item,
    runs.onDidChange(update),
    history.onDidChange(update),
    against.onDidChange(update),
    window.onDidChangeVisibleTextEditors(update),
    workspace.onDidOpenTextDocument(update),
  ];
  update();
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
