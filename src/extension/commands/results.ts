import { commands, window } from 'vscode';
import { nameOf, olderFirst } from '../../core/report/formats/results.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { views } from '../contributions.ts';
import type { History } from '../services/runs/history.ts';
import type { ResultsPanel } from '../views/results-panel.ts';
import { agoWords, numbersWords } from '../views/run-words.ts';
import type { Exporter } from './export.ts';
import type { Handlers } from './handlers.ts';
import { askPick, type StepPlace } from './run/steps.ts';

function pickRun(place: StepPlace, placeholder: string, runs: readonly RunRecord[]) {
  const items = runs.map((run) => ({
    label: run.name,
    description: `${numbersWords(run)} · ${agoWords(run)}`,
    detail: new Date(run.startedAt).toLocaleString(),
    run,
  }));
  return askPick(place, { placeholder, items });
}

/** The results a menu means: those selected, or the one it was opened on. */
function chosenIds(id: unknown, ids: unknown): readonly string[] {
  const several = Array.isArray(ids) ? ids.filter((one): one is string => typeof one === 'string') : [];
  return several.length > 0 ? several : typeof id === 'string' ? [id] : [];
}

/** Commands that look at results. */
export function resultCommands(parts: {
  readonly history: History;
  readonly panel: ResultsPanel;
  readonly exporter: Exporter;
}): Pick<
  Handlers,
  'showResults' | 'showHistory' | 'openRun' | 'compareRuns' | 'exportResult' | 'deleteRun' | 'clearHistory'
> {
  const { history, panel, exporter } = parts;

  const chosenName = ([id = '']: readonly string[]): string => {
    const result = history.get(id);
    return result === undefined ? '' : nameOf(result);
  };

  /** Two runs, the older one first; from the palette they are picked one after the other. */
  const compare = async (chosen: readonly string[]): Promise<void> => {
    let runs = history.runs().filter(({ id }) => chosen.includes(id));
    if (runs.length !== 2) {
      const title = 'Compare Runs';
      const first = await pickRun({ title, step: 1, totalSteps: 2 }, 'The first run', history.runs());
      if (first.kind !== 'next') return;
      const { run } = first.value;
      const others = history.runs().filter(({ id }) => id !== run.id);
      const second = await pickRun({ title, step: 2, totalSteps: 2 }, 'The second run', others);
      if (second.kind === 'back') await compare([]);
      if (second.kind !== 'next') return;
      runs = [run, second.value.run];
    }
    const [before, after] = olderFirst(runs);
    if (before !== undefined && after !== undefined) panel.showComparison(before.id, after.id);
  };

  return {
    showResults: () => panel.reveal(),
    showHistory: () => commands.executeCommand(`${views.history}.focus`),
    openRun: (id) => {
      if (typeof id === 'string') panel.showResult(id);
    },
    compareRuns: (id, ids) => compare(chosenIds(id, ids)),
    exportResult: async (id) => {
      if (typeof id === 'string') {
        await exporter.ask(id);
        return;
      }
      const shown = panel.shownResult() ?? history.results()[0]?.id;
      if (shown !== undefined) await exporter.ask(shown);
    },
    deleteRun: async (id, ids) => {
      const chosen = chosenIds(id, ids);
      const name = chosenName(chosen);
      const remove = 'Delete';
      const question = chosen.length === 1 ? `Delete the result of ${name}?` : `Delete ${chosen.length} results?`;
      const detail = 'You can’t undo this.';
      if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) === remove) {
        await history.remove(chosen);
      }
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
