import { l10n, StatusBarAlignment, window, workspace, type Disposable } from 'vscode';
import { formatCount } from '../../core/report/format.ts';
import { commandIds } from '../contributions.ts';
import { isEndpoints } from '../services/documents.ts';
import type { History } from '../services/history.ts';
import type { Runs, RunState } from '../services/runs.ts';
import { agoWords, numbersWords, shortWords } from './runWords.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `00:12`, `1:02:03`. */
function clockWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? minutes : `${Math.floor(seconds / 3600)}:${minutes}`;
}

function runningWords(state: Extract<RunState, { kind: 'running' }>): string {
  const sent = formatCount(state.snapshot?.summary.requestsSent ?? 0);
  const of = state.plan.requests === null ? sent : `${sent}/${formatCount(state.plan.requests)}`;
  return `$(sync~spin) ${clockWords(state.snapshot?.elapsedMs ?? 0)} · ${of}`;
}

/** One short item: what runs, or the last p95 (and the share of successes when it is not all) while an endpoints file is open. */
export function createStatusBar(runs: Runs, history: History): Disposable {
  const item = window.createStatusBarItem('loadlens.status', StatusBarAlignment.Left, 0);
  item.name = 'Loadlens';

  const update = (): void => {
    const state = runs.state();
    if (state.kind === 'running') {
      item.text = runningWords(state);
      item.tooltip = l10n.t('{0} is running. Show the results panel.', state.name);
      item.command = commandIds.showResults;
      item.show();
      return;
    }
    const record = history.runs()[0];
    const last = record === undefined || record.responses === 0 ? 'Loadlens' : shortWords(record);
    item.text = `$(pulse) ${last}`;
    item.tooltip =
      record === undefined
        ? l10n.t('Run a benchmark')
        : l10n.t('{0}: {1} · {2}. Show the results panel.', record.name, numbersWords(record), agoWords(record));
    item.command = record === undefined ? commandIds.runBenchmark : commandIds.showResults;
    if (window.visibleTextEditors.some((editor) => isEndpoints(editor.document))) item.show();
    else item.hide();
  };

  const subscriptions = [
    item,
    runs.onDidChange(update),
    history.onDidChange(update),
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
