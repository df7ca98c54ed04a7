import { commands, Range, Uri, window, workspace, type Memento } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import { choicesOfPlan, type PlanChoices } from '../../../core/plan/plan.ts';
import { isComparison, isRun, isSuite, sourceOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { SweepRecord } from '../../../core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { commandIds } from '../../contributions.ts';
import { setContextKey } from '../../services/workspace/context-keys.ts';
import { isEndpoints, parseDocument } from '../../services/workspace/documents.ts';
import { findSource, showText } from '../../services/workspace/files.ts';
import type { Diagnostics } from '../../providers/diagnostics.ts';
import { toRange } from '../../providers/ranges.ts';
import { askAboutFile, type FileQuestions } from './ask-about-file.ts';
import { askPlan, planPreset, type PlanPreset } from './ask-plan.ts';
import {
  askSweep,
  kindOfSweep,
  ratesAnswer,
  readLoad,
  sweepAmount,
  type SweepInputs,
  type SweepPreset,
} from './ask-sweep.ts';
import type { Handlers } from '../handlers.ts';
import { filesFor, isWhole, launch, type RunRequest } from './launch.ts';
import { sendTargetOnce, type ResponseDocuments, type SendOnceParts } from './send-once.ts';
import { planFor, sweepPlanFor, type Repeat, type SweepLoad } from './plans.ts';

/** The task that Run Again repeats, stored across reloads. */
type KeptRequest = Omit<RunRequest, 'uri'> & { readonly uri: string };

const lastRequestKey = 'loadlens.lastRequest';
const lastAnswersKey = 'loadlens.lastAnswers';
const lastSweepKey = 'loadlens.lastSweep';
const mostAnswers = 20;
/** Five: the Universal Scalability Law needs as many. */
const defaultLevels = [1, 2, 4, 8, 16];
const defaultRates = [...defaultLevels, null];

const same = (levels: readonly RunRecord[], of: 'requests' | 'durationS' | 'warmup'): boolean =>
  new Set(levels.map(({ plan }) => plan[of])).size === 1;

/** Common part of the levels of a sweep. An infinite rate has no duration. */
function choicesOfLevels(levels: readonly RunRecord[]): PlanChoices {
  const [first] = levels;
  if (first === undefined) return {};
  const { requests, durationS, warmup, ...rest } = choicesOfPlan(first.plan);
  const timed = levels.filter(({ plan }) => !plan.atOnce);
  return {
    ...rest,
    ...(same(levels, 'requests') ? { requests } : {}),
    ...(same(timed, 'durationS') ? { durationS } : {}),
    ...(same(levels, 'warmup') ? { warmup } : {}),
  };
}

/** Returns the levels of a sweep, those of a search by rate in ascending order. */
function loadOfSweep({ planned, rates }: SweepRecord): SweepLoad {
  if (rates === undefined) return { levels: planned };
  return { rates: [...new Set(rates.planned)].toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity)) };
}

/** The file that a result is of. Throws a LoadlensError if it's not there. */
export async function fileOfResult(result: ResultRecord): Promise<Uri> {
  const source = sourceOf(result);
  const uri = source === null ? undefined : await findSource(source.file);
  if (uri !== undefined) return uri;
  throw new LoadlensError('The file of this run is not in the workspace.', {
    hint: 'Open the folder that holds it, then run it again.',
  });
}

/** The request that started a run or a sweep. The file overrides its options unless it is repeated exactly. */
export async function requestOf(result: RunRecord | SweepRecord, exactly: boolean): Promise<RunRequest> {
  const source = sourceOf(result);
  const uri = await fileOfResult(result);
  const runs = isRun(result) ? [result] : result.levels;
  const [first] = runs;
  const single = result.name !== source?.file && first?.targetCount === 1;
  const repeat: Repeat = exactly && first !== undefined ? { kind: 'exactly', of: first } : { kind: 'again' };
  return {
    uri,
    ...(single ? { target: result.name } : {}),
    repeat,
    ...(isRun(result)
      ? { choices: choicesOfPlan(result.plan) }
      : { choices: choicesOfLevels(result.levels), ...loadOfSweep(result) }),
  };
}

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

/** Levels or rates that another command asks for; undefined for anything else. */
function readWanted(argument: unknown): SweepLoad | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('levels' in argument && Array.isArray(argument.levels)) return readLoad('levels', argument.levels.join(','));
  return 'rates' in argument && Array.isArray(argument.rates)
    ? readLoad('rates', ratesAnswer(argument.rates))
    : undefined;
}

/** The endpoints file that a menu, a lens or the active editor means. */
export function fileFrom(argument: unknown): Uri | undefined {
  if (argument instanceof Uri) return argument;
  const document = window.activeTextEditor?.document;
  return document !== undefined && isEndpoints(document) ? document.uri : undefined;
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

  /**
   * Returns the requested levels, the levels or rates of the last time, or powers of two, with the number of requests of the last
   * time or of the file.
   */
  const presetSweep = async (uri: Uri, wanted: SweepLoad | undefined): Promise<SweepPreset | undefined> => {
    const file = parseDocument(await workspace.openTextDocument(uri));
    if (!isWhole(uri, file, notify)) return undefined;
    const last = lastAnswers<SweepInputs>(memory, lastSweepKey).get(uri.toString());
    const lastKind = kindOfSweep(last);
    // A level sends at least one request per slot.
    const most = file.defaults.requests ?? Infinity;
    return {
      kind: wanted === undefined ? lastKind : kindOfSweep(wanted),
      levels: (wanted?.levels ?? last?.levels ?? defaultLevels.filter((level) => level <= most)).join(','),
      rates: ratesAnswer(wanted?.rates ?? last?.rates ?? defaultRates),
      amount: (kind) => sweepAmount(last !== undefined && kind === lastKind ? last : file.defaults),
      check: (choices) => sweepPlanFor(uri, file, choices),
    };
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
      const files = await filesFor(fileFrom(argument), notify);
      const answer = await askAboutFile('Run Benchmark', { files, preset }, []);
      if (answer !== undefined) await start({ uri: answer.uri, choices: {} });
    },
    runWithOptions: async (argument) => {
      const files = await filesFor(fileFrom(argument), notify);
      const answers = files.length === 0 ? undefined : await askPlan({ files, preset });
      if (answers === undefined) return;
      await rememberAnswers(memory, lastAnswersKey, answers.uri, answers.choices);
      await start(answers);
    },
    runSweep: async (argument, wantedLoad) => {
      const files = await filesFor(argument, notify);
      const wanted = readWanted(wantedLoad);
      const answers =
        files.length === 0 ? undefined : await askSweep({ files, preset: (uri) => presetSweep(uri, wanted) });
      if (answers === undefined) return;
      await rememberAnswers(memory, lastSweepKey, answers.uri, answers.choices);
      const { levels, rates, ...choices } = answers.choices;
      await start({ uri: answers.uri, choices, levels, rates });
    },
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
    showProblems: async (argument) => {
      const uri = fileFrom(argument);
      if (uri === undefined) return;
      const document = await workspace.openTextDocument(uri);
      diagnostics.refresh(document);
      const first = parseDocument(document).problems.find((problem) => problem.severity === 'error');
      await commands.executeCommand('workbench.panel.markers.view.focus');
      await showText(document, {
        selection: first === undefined ? new Range(0, 0, 0, 0) : toRange(first.range),
      });
    },
  };
}
