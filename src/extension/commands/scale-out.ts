import { brotliDecompressSync } from 'node:zlib';
import { commands, Uri, window, workspace } from 'vscode';
import { posix } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';
import { recordId } from '../../core/record/make-run.ts';
import { readResult, type ResultRecord } from '../../core/report/formats/results.ts';
import { looksLikeReport, recordFromReport } from '../../core/scale-out/import.ts';
import { makeLoad, mostShares, readLoad, type SharedLoad } from '../../core/scale-out/load.ts';
import { engineFile, loadFile, projectFiles } from '../../core/scale-out/project.ts';
import type { Consent } from '../services/workspace/consent.ts';
import { parseDocument, shownAs } from '../services/workspace/documents.ts';
import { environmentOf } from '../services/workspace/environment.ts';
import type { History } from '../services/runs/history.ts';
import type { Notify } from '../services/workspace/notify.ts';
import { prepareInput, wantsStream } from '../services/runs/prepare-input.ts';
import type { Secrets } from '../services/workspace/secrets.ts';
import { askAboutFile, type TextQuestion } from './run/ask-about-file.ts';
import { planAnswers, planPreset, planQuestions, type PlanPreset } from './run/ask-plan.ts';
import type { Handlers } from './handlers.ts';
import { filesFor, isWhole } from './run/launch.ts';
import { planFor } from './run/plans.ts';

const defaultWorkers = 4;

interface Preset extends PlanPreset {
  readonly workers: string;
}

/** Services that the scale-out commands need. */
export interface ScaleOutParts {
  readonly extensionUri: Uri;
  readonly version: string;
  readonly history: History;
  readonly secrets: Secrets;
  readonly consent: Consent;
  readonly notify: Notify;
  /** Shows a result in the panel. */
  readonly show: (id: string) => void;
}

/** Commands that export a load for another tool's workers, and import the result. */
export function scaleOutCommands(parts: ScaleOutParts): Pick<Handlers, 'scaleOut' | 'importRun'> {
  const { extensionUri, version, history, secrets, consent, notify, show } = parts;

  const preset = async (uri: Uri): Promise<Preset | undefined> => {
    const file = parseDocument(await workspace.openTextDocument(uri));
    if (!isWhole(uri, file, notify)) return undefined;
    const plan = planFor(uri, file, {});
    return { ...planPreset(plan), workers: String(Math.min(defaultWorkers, plan.concurrency)) };
  };

  /** Asks for the load; undefined if the user canceled. */
  const ask = async (files: readonly Uri[]): Promise<{ uri: Uri; load: SharedLoad } | undefined> => {
    const answer = await askAboutFile('Scale Out with Artillery', { files, preset }, [
      ...planQuestions<Preset>(),
      workersQuestion(),
    ]);
    const choices = answer && planAnswers(answer.texts);
    if (answer === undefined || choices === undefined) return undefined;
    const { uri } = answer;
    const file = parseDocument(await workspace.openTextDocument(uri));
    const plan = planFor(uri, file, choices);
    const { targets } = file;
    const asked = { consent, secrets, plan, allow: 'Allow and Write Project' };
    const prepared = await prepareInput({ uri, name: shownAs(uri), targets }, asked);
    if (prepared === undefined) return undefined;
    const { input, lookups } = prepared;
    const stream = wantsStream(uri);
    const load = makeLoad(
      {
        id: recordId(new Date(), Math.random),
        loadlens: version,
        name: input.name,
        plan,
        shares: Number(answer.texts[2]),
        targets,
        ...(stream !== undefined && { stream }),
        source: { file: shownAs(uri) },
      },
      lookups.base64,
      environmentOf(uri).secrets,
    );
    return { uri, load };
  };

  return {
    scaleOut: async (argument) => {
      const files = await filesFor(argument, notify);
      const asked = files.length === 0 ? undefined : await ask(files);
      if (asked === undefined) return;
      const folder = await window.showSaveDialog({
        title: 'New Folder for the Project',
        saveLabel: 'Write Project',
        defaultUri: Uri.joinPath(asked.uri, '..', 'artillery'),
      });
      if (folder === undefined) return;
      await checkFree(folder);
      await workspace.fs.createDirectory(folder);
      for (const { name, text } of projectFiles(asked.load))
        await workspace.fs.writeFile(Uri.joinPath(folder, name), new TextEncoder().encode(text));
      const engine = await workspace.fs.readFile(Uri.joinPath(extensionUri, 'dist', 'scale-out.js.br'));
      await workspace.fs.writeFile(Uri.joinPath(folder, engineFile), brotliDecompressSync(engine));
      await commands.executeCommand('vscode.open', Uri.joinPath(folder, 'README.md'));
    },
    importRun: async (argument) => {
      const file = argument instanceof Uri ? argument : await askReport();
      if (file === undefined) return;
      const result = await resultIn(file);
      // A report names its run: it is not taken in twice.
      if (history.get(result.id) === undefined) await history.add(result);
      show(result.id);
    },
  };
}

function workersQuestion(): TextQuestion<Preset> {
  return {
    prompt: () => 'Number of workers',
    value: (preset) => preset.workers,
    problem: (text) =>
      /^\s*\d+\s*$/.test(text) && Number(text) >= 1 && Number(text) <= mostShares
        ? undefined
        : `Type a whole number from 1 to ${mostShares}.`,
  };
}

/** Throws unless the folder is missing or empty, because nothing may be overwritten. */
async function checkFree(folder: Uri): Promise<void> {
  let found: readonly unknown[];
  try {
    found = await workspace.fs.readDirectory(folder);
  } catch {
    return;
  }
  if (found.length === 0) return;
  throw new LoadlensError(`The folder ${posix.basename(folder.path)} is not empty.`, {
    hint: 'Choose a new one: nothing is written over.',
  });
}

async function askReport(): Promise<Uri | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: 'Import Artillery Result or Run',
      openLabel: 'Import',
      // Partial results of a run that stopped unexpectedly end with .json.partial.
      filters: { JSON: ['json', 'partial'] },
    })) ?? [];
  return file;
}

/** Reads the result in a file: a Loadlens result, or an Artillery report in the folder of its project. */
async function resultIn(file: Uri): Promise<ResultRecord> {
  const json = await readJson(file);
  if (!looksLikeReport(json)) return readResult(json);
  return recordFromReport(json, readLoad(await readJson(Uri.joinPath(file, '..', loadFile))));
}

async function readJson(file: Uri): Promise<unknown> {
  const name = posix.basename(file.path);
  let text: string;
  try {
    text = new TextDecoder().decode(await workspace.fs.readFile(file));
  } catch (cause) {
    throw new LoadlensError(`The file ${name} can’t be read.`, {
      hint: name === loadFile ? 'It belongs to the project, and has to lie beside the report.' : '',
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LoadlensError(`${name} isn’t valid JSON.`, {
      hint: 'Choose a result of Loadlens, or the report of Artillery.',
      cause,
    });
  }
}
