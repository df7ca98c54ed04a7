import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';

/** File name that means standard output. */
export const standardOutput = '-';

/** Returns the file or folder at a path; undefined if there is none. */
const stateOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/** Checks before a run that each report file can be written. @throws LoadlensError if one can't */
export function checkReportFiles(files: readonly { option: string; path: string }[]): void {
  const seen = new Map<string, string>();
  for (const { option, path } of files) {
    const folder = dirname(resolve(path));
    const before = seen.get(resolve(path));
    if (before !== undefined && path === standardOutput) {
      throw new LoadlensError(`${before} and ${option} can't both write to standard output.`, {
        hint: 'Specify a file for one of them.',
      });
    }
    if (before !== undefined) {
      throw new LoadlensError(`${before} and ${option} specify the same file ${path}.`, {
        hint: 'Specify different files.',
      });
    }
    seen.set(resolve(path), option);
    if (path === standardOutput) continue;
    if (!stateOf(folder)?.isDirectory()) {
      throw new LoadlensError(`${option}: folder ${folder} not found.`, {
        hint: 'Create it, or specify a file in another folder.',
      });
    }
    const state = stateOf(path);
    if (state?.isDirectory()) {
      throw new LoadlensError(`${option}: ${path} is a folder.`, { hint: 'Specify a file in it.' });
    }
    try {
      accessSync(state && !state.isFile() ? path : folder, constants.W_OK);
    } catch (cause) {
      throw new LoadlensError(`${option}: no permission to write ${path}.`, {
        hint: 'Specify a file in a folder that you can write to.',
        cause,
      });
    }
  }
}

/** Returns true if a file at the path can be replaced: it's neither a pipe nor a device. The file may not exist yet. */
export function canBeReplaced(path: string): boolean {
  return path !== standardOutput && (stateOf(path)?.isFile() ?? true);
}

/** Returns the name of the file that this process writes before it replaces `path`. */
export const draftOf = (path: string): string => `${path}.${process.pid}.tmp`;

/** A text, or the pieces of a text that may be too long for memory. */
export type Pieces = string | Iterable<string>;

/** Writes a report to a file or to standard output. @throws LoadlensError if it can't */
export function writeReport(path: string, text: Pieces): void {
  if (path !== standardOutput) writeWhole(path, text);
  else for (const piece of piecesOf(text)) process.stdout.write(piece);
}

/** Writes a file atomically: after a failure or a power cut, the old one is still there. @throws LoadlensError if it can't */
export function writeWhole(path: string, text: Pieces): void {
  const state = stateOf(path);
  try {
    if (state && !state.isFile()) {
      writePieces(path, text);
      return;
    }
    // Replaces the file that a link points to, not the link.
    const place = state ? realpathSync(path) : linkedFrom(path);
    const draft = draftOf(place);
    try {
      writePieces(draft, text, state?.mode);
      renameSync(draft, place);
      syncFolder(dirname(place));
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new LoadlensError(`Can't write ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      hint: 'Check the disk and the permissions of the folder, then run again.',
      cause,
    });
  }
}

// A string itself iterates over its characters.
const piecesOf = (text: Pieces): Iterable<string> => (typeof text === 'string' ? [text] : text);

/** Returns the target of a dangling link; any other path unchanged. */
function linkedFrom(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** Writes the pieces and syncs them to disk, unless the path is a pipe or a device. */
function writePieces(path: string, text: Pieces, mode = 0o666): void {
  const file = openSync(path, 'w', mode);
  try {
    for (const piece of piecesOf(text)) writeFileSync(file, piece);
    if (fstatSync(file).isFile()) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Syncs the entries of a folder to disk. Windows can't open folders and doesn't need it. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
