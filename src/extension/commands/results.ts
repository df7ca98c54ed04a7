import { commands, window } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import { recordId } from '../../core/record/make-run.ts';
import { makeKeptComparison } from '../../core/report/comparisons/kept-comparison.ts';
import { isRun, olderFirst } from '../../core/report/formats/results.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { views } from '../contributions.ts';
import type { History } from '../services/runs/history.ts';
import type { ResultsPanel } from '../views/results-panel.ts';
import { comparisonRules } from '../services/workspace/settings.ts';
import { agoWords, numbersWords } from '../views/run-words.ts';
import { chosenIds } from './chosen.ts';
import type { Exporter } from './export.ts';
import type { Handlers } from './handlers.ts';
import { askPick, type StepPlace } from './run/steps.ts';

/** Lets one of several runs be picked. */
export function pickRun(place: StepPlace, placeholder: string, runs: readonly RunRecord[]) {
  const items = runs.map((run) => ({
    label: run.name,
    description: `${numbersWords(run)} · ${agoWords(run)}`,
    detail: new Date(run.startedAt).toLocaleString(),
    run,
  }));
  return askPick(place, { placeholder, items });
}

/** A run of the history, which has no file, by its name and time. */
const keptAs = (run: RunRecord) => ({ file: `${run.name}, ${new Date(run.startedAt).toLocaleString()}`, run });

/** Lets runs be put on two sides, the older half on the first one; undefined when the user went away. */
function askSides(
  runs: readonly RunRecord[],
): Promise<{ readonly a: readonly RunRecord[]; readonly b: readonly RunRecord[] } | undefined> {
  const items = runs.map((run) => ({
    label: run.name,
    description: `${new Date(run.startedAt).toLocaleString()} · ${numbersWords(run)}`,
    run,
  }));
  const pick = window.createQuickPick<(typeof items)[number]>();
  Object.assign(pick, {
    title: 'Compare Runs',
    placeholder: 'Select the runs of side A. The others are side B.',
    items,
    canSelectMany: true,
    ignoreFocusOut: true,
  });
  pick.selectedItems = items.slice(0, Math.floor(items.length / 2));
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const a = pick.selectedItems.map(({ run }) => run);
      if (a.length === 0 || a.length === runs.length) return;
      resolve({ a, b: runs.filter((run) => !a.includes(run)) });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Commands that show results. */
export function resultCommands(parts: {
  readonly history: History;
  readonly panel: ResultsPanel;
  readonly exporter: Exporter;
}): Pick<Handlers, 'showResults' | 'showHistory' | 'showTrend' | 'openRun' | 'compareRuns' | 'exportResult'> {
  const { history, panel, exporter } = parts;

  /** Two runs, the older one first; from the palette they are picked one after the other. */
  const compareTwo = async (chosen: readonly RunRecord[]): Promise<void> => {
    let runs = chosen;
    if (runs.length !== 2) {
      const title = 'Compare Runs';
      const first = await pickRun({ title, step: 1, totalSteps: 2 }, 'The first run', history.runs());
      if (first.kind !== 'next') return;
      const { run } = first.value;
      const others = history.runs().filter(({ id }) => id !== run.id);
      const second = await pickRun({ title, step: 2, totalSteps: 2 }, 'The second run', others);
      if (second.kind === 'back') await compareTwo([]);
      if (second.kind !== 'next') return;
      runs = [run, second.value.run];
    }
    const [before, after] = olderFirst(runs);
    if (before !== undefined && after !== undefined) panel.showComparison(before.id, after.id);
  };

  /** More runs are divided into two sides, and the result is a comparison with a verdict. */
  const compareSides = async (runs: readonly RunRecord[]): Promise<void> => {
    const sides = await askSides(olderFirst(runs));
    if (sides === undefined) return;
    const now = new Date();
    const comparison = makeKeptComparison(sides.a.map(keptAs), sides.b.map(keptAs), {
      rules: comparisonRules(),
      chosen: undefined,
      id: recordId(now, Math.random),
      startedAt: now.toISOString(),
    });
    const { id } = await history.add(comparison);
    panel.showResult(id);
  };

  return {
    showResults: () => panel.reveal(),
    showHistory: () => commands.executeCommand(`${views.history}.focus`),
    showTrend: (id, ids) => {
      const [named = panel.shownResult()] = chosenIds(id, ids);
      const of = named === undefined ? undefined : history.get(named);
      const run = of !== undefined && isRun(of) ? of : history.runs()[0];
      if (run === undefined) throw new LoadlensError('There is no run yet.', { hint: 'Run a file first.' });
      panel.showTrend(run.id);
    },
    openRun: (id) => {
      if (typeof id === 'string') panel.showResult(id);
    },
    compareRuns: (id, ids) => {
      const chosen = chosenIds(id, ids);
      const runs = history.runs().filter((run) => chosen.includes(run.id));
      return runs.length > 2 ? compareSides(runs) : compareTwo(runs);
    },
    exportResult: async (id) => {
      if (typeof id === 'string') {
        await exporter.ask(id);
        return;
      }
      const shown = panel.shownResult() ?? history.results()[0]?.id;
      if (shown !== undefined) await exporter.ask(shown);
    },
  };
}
