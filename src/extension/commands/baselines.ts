import { commands, Uri, window, workspace } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import { countOf } from '../../core/format.ts';
import { makeBaseline, type Baseline } from '../../core/record/comparisons/baseline.ts';
import type { RunRecord } from '../../core/record/run.ts';
import { compareRuns } from '../../core/report/tables/compare-runs.ts';
import { defaultBaseline, isBaselineName } from '../../core/values/relations.ts';
import type { History } from '../services/runs/history.ts';
import { baselineUri, type Baselines } from '../services/workspace/baselines.ts';
import { findSource } from '../services/workspace/files.ts';
import type { Notify } from '../services/workspace/notify.ts';
import { fileOf } from '../views/history/entries.ts';
import type { HistoryTree } from '../views/history/history-tree.ts';
import { agoWords } from '../views/run-words.ts';
import { chosenIds } from './chosen.ts';
import type { Handlers } from './handlers.ts';

/** Commands that keep runs as a baseline. */
export function baselineCommands({
  history,
  tree,
  baselines,
  notify,
}: {
  readonly history: History;
  readonly tree: HistoryTree;
  readonly baselines: Baselines;
  readonly notify: Notify;
}): Pick<Handlers, 'setBaseline'> {
  return {
    setBaseline: async (id, ids) => {
      const named = chosenIds(id, ids);
      const chosen = named.length > 0 ? named : tree.selected();
      const runs = history.runs().filter((run) => chosen.includes(run.id));
      const [newest] = runs;
      if (newest === undefined) {
        throw new LoadlensError('No run is selected.', { hint: 'Select runs of one file in the history.' });
      }
      const files = [...new Set(runs.map(fileOf))];
      if (files.length > 1) {
        throw new LoadlensError(`The runs are of different files: ${files.join(', ')}.`, {
          hint: 'Select runs of one file.',
        });
      }
      const place = await placeFor(newest);
      const name = await askName(newest, await baselines.all());
      if (name === undefined) return;
      const baseline = makeBaseline(name, new Date().toISOString(), runs);
      const uri = baselineUri(place, name);
      const others = await baselines.all();
      const replaced = others.find((one) => one.uri.toString() === uri.toString())?.baseline;
      if (!(await confirm(baseline, replaced))) return;
      await baselines.save(uri, baseline);
      notify.info(
        [`Set baseline ${name} to ${countOf(runs.length, 'run')} of ${files.join()}.`, ...unsaved(runs)].join(' '),
        {
          label: 'Open File',
          run: () => commands.executeCommand('vscode.open', uri),
        },
      );
    },
  };
}

/** A file in the folder that the baseline belongs to. */
async function placeFor(run: RunRecord): Promise<Uri> {
  const file = run.source === null ? undefined : await findSource(run.source.file);
  if (file !== undefined && !(file.scheme === 'untitled')) return file;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  if (folder !== undefined) return Uri.joinPath(folder, 'endpoints.txt');
  throw new LoadlensError('No folder is open, so there is no place for a baseline.', {
    hint: 'Open the folder of the endpoints file.',
  });
}

/** Asks for the name: that which the file asks for, the branch, or main. */
function askName(run: RunRecord, kept: Awaited<ReturnType<Baselines['all']>>): Thenable<string | undefined> {
  const wanted = [run.plan, ...run.objectives.map(({ objective }) => ({ objectives: [objective] }))]
    .flatMap(({ objectives }) => objectives)
    .find(({ baseline }) => baseline?.name !== undefined)?.baseline?.name;
  const branch = run.source?.gitBranch?.replaceAll(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const value =
    wanted ?? (branch === undefined || branch === 'master' || !isBaselineName(branch) ? defaultBaseline : branch);
  const names = [...new Set(kept.map(({ baseline }) => baseline.name))];
  return window.showInputBox({
    title: 'Set as Baseline',
    prompt: `Name of the baseline. Objectives such as p95 < baseline + 5% refer to ${defaultBaseline} unless the file has # @baseline.${names.length === 0 ? '' : ` Existing: ${names.join(', ')}.`}`,
    value,
    validateInput: (text) => (isBaselineName(text) ? undefined : 'Use letters, digits, ".", "_", and "-".'),
  });
}

/** Asks before a baseline is replaced, or made of runs that differ. */
async function confirm({ name, runs }: Baseline, replaced: Baseline | undefined): Promise<boolean> {
  const [first, ...others] = runs;
  const differences = [
    ...new Set(others.flatMap((run) => (first === undefined ? [] : compareRuns(first, run).differences))),
  ];
  if (replaced === undefined && differences.length === 0) return true;
  const [old] = replaced?.runs ?? [];
  const has =
    replaced === undefined || old === undefined
      ? []
      : [`It has ${countOf(replaced.runs.length, 'run')} of ${fileOf(old)}, measured ${agoWords(old)}.`];
  const differ =
    differences.length === 0 ? [] : ['The runs differ, so later runs can’t have the workload of all.', ...differences];
  const act = replaced === undefined ? 'Set Anyway' : 'Replace';
  const question = replaced === undefined ? `Set baseline ${name} to runs that differ?` : `Replace baseline ${name}?`;
  return (
    (await window.showWarningMessage(question, { modal: true, detail: [...has, ...differ].join('\n') }, act)) === act
  );
}

function unsaved(runs: readonly RunRecord[]): string[] {
  const count = runs.filter(({ source }) => source?.unsaved === true).length;
  return count === 0 ? [] : [`${countOf(count, 'run')} used text that wasn’t saved.`];
}
