import { workspace, type TextDocument, type Uri } from 'vscode';
import { localPorts } from '../../../core/endpoints/local-address.ts';
import { parseEndpoints } from '../../../core/endpoints/parse.ts';
import type { EndpointsFile, PreparedRequest } from '../../../core/endpoints/types.ts';
import { isPrivate } from '../../../core/endpoints/variables/environments.ts';
import { maskVariables } from '../../../core/endpoints/variables/mask-variables.ts';
import { checkVariables, fileVariables } from '../../../core/endpoints/variables/override.ts';
import { errorAt, LoadlensError } from '../../../core/errors.ts';
import { countOf } from '../../../core/format.ts';
import { underFile } from '../../../core/plan/repeat.ts';
import { slicePlan } from '../../../core/plan/slice-plan.ts';
import { isComparison, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { BenchmarkTask, ComparisonSideInput, SideServer } from '../../../processes/messages.ts';
import { prepareInput } from '../../services/runs/prepare-input.ts';
import { isEndpoints, parseDocument, shownAs } from '../../services/workspace/documents.ts';
import { environmentOf } from '../../services/workspace/environment.ts';
import { comparisonRules, numberSetting } from '../../services/workspace/settings.ts';
import {
  inTurn,
  isWhole,
  mayRun,
  measure,
  offerServers,
  pickTargets,
  withSource,
  type LaunchParts,
  type RunRequest,
} from '../run/launch.ts';
import { planFor } from '../run/plans.ts';
import type { Difference, Values } from './difference.ts';
import { serverFolder, type SideCommands } from './side-commands.ts';

type ComparisonTask = Extract<BenchmarkTask, { type: 'comparison' }>;

/** Compares from start to end: questions first, then the load, then the record in history and panel. */
export async function launchComparison(
  subject: RunRequest,
  difference: Difference,
  commands: SideCommands | undefined,
  parts: LaunchParts,
): Promise<void> {
  if (!mayRun(parts.notify)) return;
  const { uri } = subject;
  const document = await workspace.openTextDocument(uri);
  const sliceS = numberSetting('comparison.sliceSeconds', uri);
  const pairs = numberSetting('comparison.pairs', uri);
  const names = [...Object.keys(difference.variables.a), ...Object.keys(difference.variables.b)];
  const about = { subject, document, names, sliceS, pairs };
  const { refs, variables } = difference;
  const a = await prepareSide(about, variables.a, serverOf(refs?.a, commands), parts);
  const b = a && (await prepareSide(about, variables.b, serverOf(refs?.b, commands), parts));
  if (a === undefined || b === undefined) return;
  if (!(await mayStart([a, b], parts))) return;
  const folder = refs === undefined ? '' : await serverFolder(uri);
  const task: ComparisonTask = { type: 'comparison', input: { a, b, pairs, rules: comparisonRules(uri), folder } };
  const unsaved = document.isDirty;
  const others = refs?.a === '.' || refs?.b === '.' ? unsavedIn(folder) : [];
  const served = async (): Promise<ComparisonTask | undefined> => {
    if (refs !== undefined) return task;
    const notes = await offerServers(uri, [...a.input.requests, ...b.input.requests], parts);
    return notes && withNotes(task, notes);
  };
  const first = await served();
  if (first === undefined) return;
  await inTurn(parts, async (waited) => {
    const current = waited ? await served() : first;
    if (current === undefined) return;
    await measure(current, parts, (record) => withUnsaved(withSource(record, shownAs(uri), unsaved), others));
  });
}

const serverOf = (ref: string | undefined, commands: SideCommands | undefined): SideServer | undefined =>
  ref === undefined || commands === undefined ? undefined : { ref, ...commands };

/** One side, ready to send; undefined if something was rejected and the user has been told. */
async function prepareSide(
  about: {
    readonly subject: RunRequest;
    readonly document: TextDocument;
    /** Variables that differ between the sides. */
    readonly names: readonly string[];
    readonly sliceS: number;
    readonly pairs: number;
  },
  values: Values,
  server: SideServer | undefined,
  parts: LaunchParts,
): Promise<ComparisonSideInput | undefined> {
  const { subject, document, names, sliceS, pairs } = about;
  const { uri, target, choices, repeat } = subject;
  const file = fileWith(document, values);
  if (!isWhole(uri, file, parts.notify, target)) return undefined;
  const targets = pickTargets(subject, file);
  const wanted = repeat?.kind === 'again' ? underFile(choices, file.defaults, false) : choices;
  const plan = slicePlan(planFor(uri, file, { ...wanted, requests: undefined, durationS: sliceS }), sliceS);
  const prepared = await prepareInput(
    { uri, name: target ?? shownAs(uri), targets },
    {
      consent: parts.consent,
      secrets: parts.secrets,
      plan: { ...plan, durationS: 2 * pairs * sliceS },
    },
  );
  if (prepared === undefined) return undefined;
  const { input } = prepared;
  if (server !== undefined) checkOnePort(uri, input.requests);
  const environment = environmentOf(uri);
  const known = fileVariables(document.getText(), environment.values);
  const shown = Object.fromEntries(
    known.flatMap(({ name, value }) => (names.includes(name) && value !== undefined ? [[name, value]] : [])),
  );
  const instead = environment.privateNames.flatMap((name) => values[name] ?? []).filter(isPrivate);
  const secrets = [...input.secrets, ...instead];
  return {
    input: { ...input, plan, secrets },
    variables: maskVariables({ ...shown, ...values }, secrets),
    ...(server && { server }),
  };
}

/** The text in the editor with other values of variables. Throws a LoadlensError for a variable that it doesn't have. */
function fileWith(document: TextDocument, values: Values): EndpointsFile {
  if (Object.keys(values).length === 0) return parseDocument(document);
  const { problem: _, ...environment } = environmentOf(document.uri);
  const name = shownAs(document.uri);
  checkVariables(document.getText(), values, environment.values, name);
  const file = parseEndpoints(document.getText(), { ...environment, overrides: values });
  const before = parseDocument(document).problems.filter(({ severity }) => severity === 'error').length;
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  const [error] = errors;
  if (error === undefined || errors.length <= before) return file;
  const place = { file: name, line: error.range.start.line + 1 };
  throw errorAt(place, error.message, 'The value of the variable causes this. Enter another one.');
}

/** The server's address takes the place of one address on this machine: which of several, only the user knows. */
function checkOnePort(uri: Uri, requests: readonly PreparedRequest[]): void {
  const ports = localPorts(requests);
  if (ports.length === 1) return;
  throw new LoadlensError(
    ports.length === 0
      ? `${shownAs(uri)} has no target on this machine for the servers to start.`
      : `The targets of ${shownAs(uri)} have several ports on this machine: ${ports.join(', ')}.`,
    { hint: 'Use one address such as http://127.0.0.1:3000 for what the server serves.' },
  );
}

/** Shows the commands that start servers; false when they may not run. */
async function mayStart(sides: readonly ComparisonSideInput[], { consent }: LaunchParts): Promise<boolean> {
  const servers = sides.flatMap(({ server }) => server ?? []);
  const commands = [...new Set(servers.flatMap(({ build, command }) => [build ?? [], command].flat()))];
  const places = servers.map(({ ref }) => (ref === '.' ? 'in the workspace folder' : `in a new work tree of ${ref}`));
  return commands.length === 0 || consent.askCommands(commands, places.join(' and '));
}

const withNotes = (task: ComparisonTask, notes: readonly string[]): ComparisonTask => {
  const noted = (side: ComparisonSideInput): ComparisonSideInput => ({ ...side, input: { ...side.input, notes } });
  return { ...task, input: { ...task.input, a: noted(task.input.a), b: noted(task.input.b) } };
};

/** Files below a folder whose text in the editor isn't that on disk, which a server reads. */
const unsavedIn = (folder: string): string[] =>
  workspace.textDocuments
    .filter((document) => document.isDirty && !isEndpoints(document) && document.uri.fsPath.startsWith(folder))
    .map(({ uri }) => shownAs(uri));

function withUnsaved(record: ResultRecord, files: readonly string[]): ResultRecord {
  if (!isComparison(record) || files.length === 0) return record;
  const named = files.length > 3 ? countOf(files.length, 'file') : files.join(', ');
  return { ...record, warnings: [`Unsaved changes in ${named}: the servers ran the saved text.`, ...record.warnings] };
}
