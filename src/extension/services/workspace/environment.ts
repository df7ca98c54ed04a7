import { workspace, type Uri } from 'vscode';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  chosenEnvironment,
  environmentFiles,
  type Environment,
} from '../../../core/endpoints/variables/environments.ts';
import type { Problem } from '../../../core/endpoints/types.ts';
import { LoadlensError } from '../../../core/errors.ts';
import { textSetting } from './settings.ts';

/** The environment of an endpoints file, and its problems. */
export interface FileEnvironment extends Environment {
  readonly problem?: Problem;
}

/** The folder of a file and those around it, up to that of the workspace. */
function foldersOf(uri: Uri): string[] {
  if (uri.scheme !== 'file') return [];
  const top = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  const folders: string[] = [];
  for (let folder = dirname(uri.fsPath); ; folder = dirname(folder)) {
    folders.push(folder);
    if (top === undefined || folder === top || folder === dirname(folder)) return folders;
  }
}

/** Changes when the chosen environment or one of its files does. */
export function environmentKey(uri: Uri): string {
  const times = foldersOf(uri).flatMap((folder) =>
    environmentFiles.map((file) => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
  return [textSetting('environment', uri), ...times].join(' ');
}

/** Reads the environment that the settings select for a file. Synchronous, because parsing a document can't wait. */
export function environmentOf(uri: Uri): FileEnvironment {
  const name = textSetting('environment', uri);
  try {
    return chosenEnvironment(foldersOf(uri), readIfThere, name === '' ? undefined : name);
  } catch (error) {
    if (!(error instanceof LoadlensError)) throw error;
    const start = { line: 0, character: 0 };
    const { message, hint } = error;
    return {
      values: {},
      names: [],
      secrets: [],
      privateNames: [],
      problem: { severity: 'error', code: 'environment', message, hint, range: { start, end: start } },
    };
  }
}

function readIfThere(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}
