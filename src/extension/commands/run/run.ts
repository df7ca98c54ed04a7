import { commands, Range, Uri, window, workspace, type Memento } from 'vscode';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import { isComparison, isSuite, type ResultRecord } from '../../../core/report/formats/results.ts';
import { commandIds } from '../../contributions.ts';
import { setContextKey } from '../../services/workspace/context-keys.ts';
import { parseDocument, problemsOf } from '../../services/workspace/documents.ts';
import { showText } from '../../services/workspace/files.ts';
import type { Diagnostics } from '../../providers/diagnostics.ts';
import { toRange } from '../../providers/ranges.ts';
import { askAboutFile, type FileQuestions } from './ask-about-file.ts';
import { askPlan, planPreset, type PlanPreset } from './ask-plan.ts';
import { askSweep, type SweepInputs, type SweepPreset, type SweepTitle } from './ask-sweep.ts';
import type { Handlers } from '../handlers.ts';
import { fileFrom, filesFor, isWhole, launch, type RunRequest } from './launch.ts';
import { sendTargetOnce, type ResponseDocuments, type SendOnceParts } from './send-once.ts';
import { planFor, sweepPlanFor, type SweepLoad } from './plans.ts';
import { requestOf } from './request-of.ts';
import { readWanted, sweepPreset, withoutFilesObjectives } from './sweep-preset.ts';

/** The task that Run Again repeats, stored across reloads. */
type KeptRequest = Omit<RunRequest, 'uri'> & { readonly uri: string };

const lastRequestKey = 'loadlens.lastRequest';
const lastAnswersKey = 'loadlens.lastAnswers';
const lastSweepKey = 'loadlens.lastSweep';
const mostAnswers = 20;
function keptRequest(memory: Memento): RunRequest | undefined {
  const kept = memory.get<KeptRequest>(lastRequestKey);
  return kept === undefined ? undefined : { ...kept, uri: Uri.parse(kept.uri) };
}

/** Inputs for each file, the latest last. */
const lastAnswers = <T extends PlanChoices>(memory: Memento, key: string): Map<string, T> =>
  new Map(memory.get<readonly (readonly [uri: string, answers: T])[]>(key, []));

async function rememberAnswers(memory: Memento, key: string, uri: Uri, given: PlanChoices): Promise<void> {
  const answers = lastAnswers<PlanChoices>(memory, key);
  answers.delete(uri.toString());
  answers.set(uri.toString(), given);
  await memory.update(key, [...answers].slice(-mostAnswers));
}

/** The target on the cursor's line, or the one above it. */
function targetAtCursor(uri: Uri): string | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined || editor.document.uri.toString() !== uri.toString()) return undefined;
  const { targets } = parseDocument(editor.document);
  const { line } = editor.selection.active;
  return (targets.findLast((target) => target.range.start.line <= line) ?? targets[0])?.name;
}

/** Commands that start and stop runs. */
export function runCommands(
  parts: SendOnceParts & {
    readonly memory: Memento;
    readonly diagnostics: Diagnostics;
    readonly documents: ResponseDocuments;
  },
): Pick<
  Handlers,
  | 'runBenchmark'
  | 'runWithOptions'
  | 'runSweep'
  | 'findCapacity'
  | 'runFile'
  | 'runEndpoint'
  | 'sendOnce'
  | 'runAgain'
  | 'repeatExactly'
  | 'cancelRun'
  | 'showProblems'
> {
  const { memory, runs, history, notify, diagnostics, documents } = parts;
  setContextKey('canRunAgain', keptRequest(memory) !== undefined);

  const start = async (request: RunRequest): Promise<void> => {
    // Run Again uses the file, also after Repeat Exactly.
    const { repeat: _, ...again } = request;
    const kept: KeptRequest = { ...again, uri: request.uri.toString() };
    await memory.update(lastRequestKey, kept);
    setContextKey('canRunAgain', true);
    await launch(request, parts);
  };

  /** Returns the inputs of the last time, or the values of the file. */
  const preset: FileQuestions<PlanPreset>['preset'] = async (uri) => {
    const file = parseDocument(await workspace.openTextDocument(uri));
    if (!isWhole(uri, file, notify)) return undefined;
    const plan = planFor(uri, file, lastAnswers<PlanChoices>(memory, lastAnswersKey).get(uri.toString()) ?? {});
    return planPreset(plan);
  };

  const presetSweep = async (uri: Uri, wanted: SweepLoad | undefined): Promise<SweepPreset | undefined> => {
    const file = parseDocument(await workspace.openTextDocument(uri));
    if (!isWhole(uri, file, notify)) return undefined;
    const last = lastAnswers<SweepInputs>(memory, lastSweepKey).get(uri.toString());
    return sweepPreset(file, wanted, last, (choices) => sweepPlanFor(uri, file, choices));
  };

  const sweep = async (title: SweepTitle, argument: unknown, wanted: SweepLoad | undefined): Promise<void> => {
    const files = await filesFor(argument, notify);
    const answers =
      files.length === 0 ? undefined : await askSweep(title, { files, preset: (uri) => presetSweep(uri, wanted) });
    if (answers === undefined) return;
    const { uri } = answers;
    const file = parseDocument(await workspace.openTextDocument(uri));
    await rememberAnswers(memory, lastSweepKey, uri, withoutFilesObjectives(answers.choices, file));
    const { levels, rates, search, ...choices } = answers.choices;
    await start({ uri, choices, levels, rates, search });
  };

  const repeat = async (record: ResultRecord | undefined, exactly: boolean): Promise<void> => {
    if (record !== undefined && isSuite(record)) {
      await commands.executeCommand(commandIds.runThroughputSuite, record.id);
      return;
    }
    if (record !== undefined && isComparison(record)) {
      await commands.executeCommand(commandIds.compareAgain, record.id);
      return;
    }
    const kept = keptRequest(memory);
    const request =
      record === undefined ? kept && { ...kept, repeat: { kind: 'again' as const } } : await requestOf(record, exactly);
    if (request !== undefined) await start(request);
  };

  return {
    runBenchmark: async (argument) => {
      // The active file runs unchanged, with the plan that the user sees in it.
      const files = await filesFor(argument, notify);
      const answer = await askAboutFile('Run Benchmark', { files, preset }, []);
      if (answer !== undefined) await start({ uri: answer.uri, choices: {} });
    },
    runWithOptions: async (argument) => {
      const files = await filesFor(argument, notify);
      const answers = files.length === 0 ? undefined : await askPlan({ files, preset });
      if (answers === undefined) return;
      await rememberAnswers(memory, lastAnswersKey, answers.uri, answers.choices);
      await start(answers);
    },
    runSweep: (argument, wantedLoad) => sweep('Run Sweep', argument, readWanted(wantedLoad)),
    findCapacity: (argument) => sweep('Find Capacity', argument, undefined),
    runFile: async (argument) => {
      const uri = fileFrom(argument);
      if (uri !== undefined) await start({ uri, choices: {} });
    },
    runEndpoint: async (argument, name) => {
      const uri = fileFrom(argument);
      if (uri === undefined) return;
      const target = typeof name === 'string' ? name : targetAtCursor(uri);
      await start({ uri, ...(target === undefined ? {} : { target }), choices: {} });
    },
    sendOnce: async (argument, name) => {
      const uri = fileFrom(argument);
      const target = typeof name === 'string' ? name : uri && targetAtCursor(uri);
      if (uri !== undefined && target !== undefined) await sendTargetOnce(uri, target, parts, documents);
    },
    runAgain: (id) => repeat(typeof id === 'string' ? history.get(id) : undefined, false),
    repeatExactly: (id) => repeat(typeof id === 'string' ? history.get(id) : history.results()[0], true),
    cancelRun: () => runs.cancel(),
    showProblems: async (argument, line) => {
      const uri = fileFrom(argument);
      if (uri === undefined) return;
      const document = await workspace.openTextDocument(uri);
      diagnostics.refresh(document);
      const errors = problemsOf(document).filter(({ severity }) => severity === 'error');
      const shown = errors.find(({ range }) => range.start.line === line) ?? errors[0];
      // First the view, which then selects the file that the editor shows.
      await commands.executeCommand('workbench.panel.markers.view.focus');
      await showText(document, { selection: shown === undefined ? new Range(0, 0, 0, 0) : toRange(shown.range) });
    },
  };
}
