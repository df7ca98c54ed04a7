import { commands, Uri, window, workspace } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import type { EndpointsFile, PreparedRequest, Target } from '../../../core/endpoints/types.ts';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import { isComparison, isRun, isSweep, runsOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { ComparisonRecord } from '../../../core/record/comparisons/comparison.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { areTargetsOf } from '../../../core/record/same-targets.ts';
import type { BenchmarkTask } from '../../../processes/messages.ts';
import { otherServers } from '../../../processes/other-servers.ts';
import { commandIds } from '../../contributions.ts';
import { serverFor, type BundledServer } from '../../services/child-processes/bundled-server.ts';
import type { Consent } from '../../services/workspace/consent.ts';
import { isEndpoints, parseDocument, shownAs } from '../../services/workspace/documents.ts';
import { findEndpointsFiles } from '../../services/workspace/files.ts';
import type { History } from '../../services/runs/history.ts';
import { isListening } from '../../services/child-processes/listening.ts';
import type { Notify } from '../../services/workspace/notify.ts';
import { prepareInput, type PreparedInput } from '../../services/runs/prepare-input.ts';
import type { PromptCursors } from '../../services/runs/prompt-cursors.ts';
import type { Runs } from '../../services/runs/runs.ts';
import type { Secrets } from '../../services/workspace/secrets.ts';
import { startServer } from '../../services/child-processes/start-server.ts';
import type { Unfinished } from '../../services/runs/unfinished.ts';
import { announce } from './announce.ts';
import { planOf, wholeOf, type Repeat, type SweepLoad } from './plans.ts';
import { withBaseline, type RunTask } from './relative.ts';

/** Targets and file to run, and options that the user selected besides those of the file. No levels, rates, or search: a single run. */
export interface RunRequest extends SweepLoad {
  readonly uri: Uri;
  /** Only this target; absent: every target. */
  readonly target?: string;
  readonly choices: PlanChoices;
  /** How the options of an earlier run combine with the file; absent: options override the file. */
  readonly repeat?: Repeat;
}

/** Services that a launch needs. */
export interface LaunchParts {
  readonly runs: Runs;
  readonly history: History;
  readonly unfinished: Unfinished;
  readonly servers: readonly BundledServer[];
  readonly secrets: Secrets;
  readonly prompts: PromptCursors;
  readonly notify: Notify;
  readonly consent: Consent;
  /** Brings up the panel with the run that is about to start. */
  readonly showLive: () => void;
  /** Shows the finished run if it has a record, unless the user has opened another one. */
  readonly showFinished: (id: string | undefined) => void;
}

/** False, with one sentence, in a workspace that is not trusted: there everything is read and nothing runs. */
export function mayRun(notify: Notify): boolean {
  if (workspace.isTrusted) return true;
  notify.warn('This workspace is not trusted: Loadlens reads its files but sends nothing.', {
    label: 'Manage Workspace Trust',
    run: () => commands.executeCommand('workbench.trust.manage'),
  });
  return false;
}

/** Returns the endpoints file of a menu or a CodeLens, otherwise that of the active editor. */
export function fileFrom(argument: unknown): Uri | undefined {
  if (argument instanceof Uri) return argument;
  const document = window.activeTextEditor?.document;
  return document !== undefined && isEndpoints(document) ? document.uri : undefined;
}

/** Returns the files that a command may refer to; none if nothing can run, after telling the user. */
export async function filesFor(argument: unknown, notify: Notify): Promise<readonly Uri[]> {
  if (!mayRun(notify)) return [];
  const file = fileFrom(argument);
  const files = file === undefined ? await findEndpointsFiles() : [file];
  if (files.length > 0) return files;
  // Modal: a notification would outlive the creation of the file.
  const create = 'Create Endpoints File';
  const question = 'This workspace has no endpoints file.';
  if ((await window.showInformationMessage(question, { modal: true }, create)) === create)
    await commands.executeCommand(commandIds.createEndpointsFile);
  return [];
}

/**
 * Returns false, after one notification, for a file with errors, because nothing in it runs. A single target runs if
 * neither it nor its variables have errors.
 */
export function isWhole(uri: Uri, file: EndpointsFile, notify: Notify, target?: string): boolean {
  const errors = file.problems.filter((problem) => problem.severity === 'error').length;
  const alone = target === undefined ? undefined : file.targets.find(({ name }) => name === target);
  if (errors === 0 || (alone !== undefined && alone.problem === undefined && file.broken !== true)) return true;
  const line = file.broken === true ? undefined : alone?.problem?.range.start.line;
  notify.error(
    errors === 1
      ? `${shownAs(uri)} has 1 problem; nothing was run.`
      : `${shownAs(uri)} has ${errors} problems; nothing was run.`,
    { label: 'Show Problems', run: () => commands.executeCommand(commandIds.showProblems, uri, line) },
  );
  return false;
}

/** Runs a request from start to end: questions first, then the load, then its record in history and panel. */
export async function launch(request: RunRequest, parts: LaunchParts): Promise<void> {
  if (!mayRun(parts.notify)) return;
  const prepared = await prepare(request, parts);
  if (prepared === undefined) return;
  const { task, unsaved } = prepared;
  const { uri } = request;
  const file = shownAs(uri);
  await inTurn(parts, async (waited) => {
    const current = waited ? await stillServed(uri, task, parts) : task;
    if (current === undefined) return;
    const starting = withPromptStarts(uri, current, parts);
    const record = await measure(starting, parts, (measured) => withSource(measured, file, unsaved));
    if (record !== undefined) parts.prompts.advance(String(uri), record);
  });
}

/** The task once more after others have run, which may have stopped a server; undefined when that is not to start again. */
async function stillServed(uri: Uri, task: RunTask, parts: LaunchParts): Promise<RunTask | undefined> {
  const notes = await offerServers(uri, task.input.requests, parts);
  return notes === undefined ? undefined : withServers(task, notes, parts.servers);
}

/** Returns the task with the current prompt positions, because earlier runs have advanced them. */
const withPromptStarts = (uri: Uri, task: RunTask, { prompts }: LaunchParts): RunTask =>
  withInput(task, prompts.startsOf(String(uri), task.input.targets));

/** Returns a task with more input. */
const withInput = <T extends RunTask>(task: T, more: Partial<PreparedInput>): T => ({
  ...task,
  input: { ...task.input, ...more },
});

/** The engine reads files from disk. Unsaved text exists only here. */
export function withSource(record: ResultRecord, file: string, unsaved: boolean): ResultRecord {
  const named = <T extends RunRecord | ComparisonRecord>(run: T): T => ({
    ...run,
    source: { ...(run.source ?? { file }), ...(unsaved ? { unsaved } : {}) },
  });
  if (isRun(record) || isComparison(record)) return named(record);
  return isSweep(record) ? { ...record, levels: record.levels.map(named) } : record;
}

/**
 * Runs `act` after the current task, if the user agrees to wait or cancel. Otherwise, nothing happens.
 * @param act receives whether it had to wait
 */
export async function inTurn({ runs }: LaunchParts, act: (waited: boolean) => Promise<void>): Promise<void> {
  const waits = runs.isBusy();
  if (waits && !(await askToWait(runs))) return;
  await runs.inTurn(() => act(waits));
}

/**
 * Sends the load in its turn and stores the result, with the panel open all the time. Returns the whole result; undefined if it
 * was canceled before there was one.
 */
export async function measure(
  task: BenchmarkTask,
  parts: Pick<LaunchParts, 'runs' | 'history' | 'unfinished' | 'notify' | 'showLive' | 'showFinished'>,
  complete?: (record: ResultRecord) => ResultRecord,
): Promise<ResultRecord | undefined> {
  const { runs, history, unfinished, notify, showLive, showFinished } = parts;
  const finished = runs.run(task, complete);
  showLive();
  let shown: string | undefined;
  try {
    const record = await finished;
    // A sweep that was canceled during its first level has nothing to keep.
    if (record !== undefined && (isComparison(record) || runsOf(record).length > 0)) {
      const kept = await history.add(record);
      shown = kept.id;
      announce(kept, notify);
    }
    return record;
  } finally {
    await unfinished.forget();
    showFinished(shown);
  }
}

/** Checks everything before a byte is sent; undefined if something was rejected and the user has been told. */
async function prepare(
  request: RunRequest,
  parts: LaunchParts,
): Promise<{ readonly task: RunTask; readonly unsaved: boolean } | undefined> {
  const { uri } = request;
  const document = await workspace.openTextDocument(uri);
  const unsaved = document.isDirty;
  const file = parseDocument(document);
  if (!isWhole(uri, file, parts.notify, request.target)) return undefined;
  const targets = pickTargets(request, file);
  const plan = planOf(uri, file, request);
  const asked = { consent: parts.consent, secrets: parts.secrets, plan: 'levels' in plan ? wholeOf(plan) : plan };
  const prepared = await prepareInput({ uri, name: request.target ?? shownAs(uri), targets }, asked);
  const notes = prepared && (await offerServers(uri, prepared.input.requests, parts));
  if (prepared === undefined || notes === undefined) return undefined;
  const task = await withBaseline(uri, file.defaults.baseline, taskOf(prepared.input, plan));
  return { task: withServers(task, notes, parts.servers), unsaved };
}

function taskOf(input: PreparedInput, plan: ReturnType<typeof planOf>): RunTask {
  if ('levels' in plan) return { type: 'sweep', input: { ...input, plan } };
  if ('by' in plan) return { type: 'search', input: { ...input, plan } };
  return { type: 'run', input: { ...input, plan } };
}

/** Returns the task with the process of the server that its requests now go to, and server notes on other servers. */
function withServers(task: RunTask, notes: readonly string[], servers: readonly BundledServer[]): RunTask {
  const serverPid = pidOf(task.input.requests, servers);
  const { serverPid: _, ...rest } = withInput(task, { notes });
  return serverPid === undefined ? rest : { ...rest, serverPid };
}

/** The process of the one bundled server that all requests go to. */
export function pidOf(requests: readonly PreparedRequest[], servers: readonly BundledServer[]): number | undefined {
  const pids = new Set(
    requests.map(({ url }) => {
      const address = new URL(url);
      const server = serverFor(servers, address);
      return server?.port() === Number(address.port || '80') ? server.pid() : undefined;
    }),
  );
  return pids.size === 1 ? [...pids][0] : undefined;
}

/** The targets of a file that a request names. Throws a LoadlensError without any. */
export function pickTargets({ uri, target, repeat }: RunRequest, file: EndpointsFile): readonly Target[] {
  const targets = target === undefined ? file.targets : file.targets.filter((one) => one.name === target);
  if (targets.length > 0 && repeat?.kind === 'exactly' && !areTargetsOf(repeat.of, targets)) {
    throw new LoadlensError(`The targets of ${shownAs(uri)} have changed since this run.`, {
      hint: 'Use Run Again to run the file as it is now.',
    });
  }
  if (targets.length > 0) return targets;
  throw target === undefined
    ? new LoadlensError(`${shownAs(uri)} has no endpoint.`, {
        hint: 'Add a line such as http://127.0.0.1:5000/hello.',
      })
    : new LoadlensError(`${shownAs(uri)} no longer has a target “${target}”.`, {
        hint: 'Run the file or select one of its targets.',
      });
}

/**
 * Offers to start servers that the requests need. Returns notes on servers that respond in place of one, which the user
 * has seen; undefined if the user starts no server, so that the run doesn't start, either.
 */
export async function offerServers(
  uri: Uri,
  requests: readonly PreparedRequest[],
  { servers, notify }: Pick<LaunchParts, 'servers' | 'notify'>,
): Promise<readonly string[] | undefined> {
  const urls = requests.map((request) => new URL(request.url));
  for (const server of servers) {
    const url = urls.find((one) => serverFor(servers, one) === server);
    if (url !== undefined && !(await offerServer(uri, url, server, notify))) return undefined;
  }
  const elsewhere = servers.filter((server) => !['running', 'missing'].includes(server.state().kind));
  const places = elsewhere.map((server) => ({ id: server.id, port: server.port() }));
  const others = await otherServers(requests, places);
  for (const sentence of others) notify.warn(sentence);
  return others;
}

/** If requests go to the port of a bundled server that isn't running, starts it on confirmation. */
async function offerServer(uri: Uri, address: URL, server: BundledServer, notify: Notify): Promise<boolean> {
  if (await isListening(address.hostname.replace(/^\[|\]$/g, ''), server.port())) return true;
  if (!server.startsUnasked()) {
    const start = server.words.startAndRun;
    const without = 'Run Without It';
    const answer = await window.showInformationMessage(
      `Nothing listens on ${address.host}, where ${shownAs(uri)} sends its requests.`,
      { modal: true },
      start,
      without,
    );
    if (answer !== start) return answer === without;
  }
  return startServer(server, notify);
}

/** One run at a time: the user decides what becomes of the one under way. False when the new one is not to start. */
async function askToWait(runs: Runs): Promise<boolean> {
  const state = runs.state();
  const cancel = 'Cancel It and Run';
  const wait = 'Run After It';
  const answer = await window.showWarningMessage(
    state.kind === 'idle' ? 'Another run is about to start.' : `${state.name} is still running.`,
    { modal: true },
    cancel,
    wait,
  );
  if (answer === cancel) runs.cancel();
  return answer === cancel || answer === wait;
}
