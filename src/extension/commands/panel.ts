import { commands, workspace, type Disposable } from 'vscode';
import { higherRates } from '../../core/plan/rates/rate-sweep.ts';
import { higherLevels } from '../../core/plan/sweep.ts';
import { searchOf } from '../../core/record/sweeps/search-of.ts';
import { rateOf } from '../../core/record/sweeps/rate-levels.ts';
import type { SweepRecord } from '../../core/record/sweeps/sweep.ts';
import { isSweep, sourceOf } from '../../core/report/formats/results.ts';
import { objectiveList } from '../../core/values/objectives.ts';
import { commandIds } from '../contributions.ts';
import { findSource, showText } from '../services/workspace/files.ts';
import type { History } from '../services/runs/history.ts';
import type { Notify } from '../services/workspace/notify.ts';
import type { Runs } from '../services/runs/runs.ts';
import type { PanelRequest, ResultsPanel } from '../views/results-panel.ts';
import type { Exporter } from './export.ts';
import { higherBound } from './run/ask-sweep.ts';
import type { Wanted } from './run/sweep-preset.ts';

/** Handles the buttons of the results panel. */
export function answerPanel(parts: {
  readonly panel: ResultsPanel;
  readonly runs: Runs;
  readonly history: History;
  readonly exporter: Exporter;
  readonly notify: Notify;
}): Disposable {
  const { panel, runs, history, exporter, notify } = parts;

  const openSource = async (id: string): Promise<void> => {
    const record = history.get(id);
    const file = record === undefined ? undefined : sourceOf(record)?.file;
    const uri = file === undefined ? undefined : await findSource(file);
    if (uri === undefined) notify.warn('The file of this run is not in the workspace.');
    else await showText(await workspace.openTextDocument(uri));
  };

  const sweepHigher = async (id: string): Promise<void> => {
    const sweep = history.get(id);
    if (sweep === undefined || !isSweep(sweep)) return;
    const file = sourceOf(sweep)?.file;
    const uri = file === undefined ? undefined : await findSource(file);
    if (uri === undefined) notify.warn('The file of this sweep is not in the workspace.');
    else await commands.executeCommand(commandIds.runSweep, uri, higherThan(sweep));
  };

  const answer = async (request: PanelRequest): Promise<unknown> => {
    switch (request.type) {
      case 'cancel':
        return runs.cancel();
      case 'run':
        return commands.executeCommand(commandIds.runBenchmark);
      case 'runAgain':
        return commands.executeCommand(commandIds.runAgain, request.id);
      case 'compareWith':
        return commands.executeCommand(commandIds.compareWith, request.id);
      case 'sweepHigher':
        return sweepHigher(request.id);
      case 'export':
        return exporter.write(request.id, request.format, request.to);
      case 'exportCompared':
        return exporter.writeCompared(request.before, request.after, request.format, request.to);
      case 'openSource':
        return openSource(request.id);
      case 'openRun':
        return panel.showResult(request.id);
      case 'showTrend':
        return panel.showTrend(request.id);
      case 'showHistory':
        return commands.executeCommand(commandIds.showHistory);
    }
  };

  return panel.onDidAsk((request) => {
    answer(request).catch((error: unknown) => notify.failure(error));
  });
}

/** Returns levels, rates, or the bound of a search above those of a sweep. */
function higherThan(sweep: SweepRecord): Wanted {
  const found = searchOf(sweep);
  if (found !== undefined) {
    const { by, objectives } = found;
    return { search: { by, objectives: objectiveList.write(objectives), last: higherBound(found) } };
  }
  return sweep.rates === undefined
    ? { levels: higherLevels(sweep.planned) }
    : { rates: higherRates(sweep.levels.map(rateOf)) };
}
