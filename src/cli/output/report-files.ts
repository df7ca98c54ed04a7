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

/** The name that stands for standard output in the place of a file. */
export const standardOutput = '-';

/** The state of what stands at a path, or undefined when nothing does. */
const stateOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/** Throws unless each file can be written: looked at before a run, so that no result is lost after it. */
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

/** Returns whether a path names a file, there or to come, that a new one can take the place of: not a pipe or a device. */
export function canBeReplaced(path: string): boolean {
  return path !== standardOutput && (stateOf(path)?.isFile() ?? true);
}

/** Returns the name of the file that is written first and then takes the place of `path`; one for each process. */
export const draftOf = (path: string): string => `${path}.${process.pid}.tmp`;

/** A text, or the pieces of one that may be too long to be held in memory. */
export type Pieces = string | Iterable<string>;

/** Writes a report to where its option says. */
export function writeReport(path: string, text: Pieces): void {
  if (path !== standardOutput) writeWhole(path, text);
  else for (const piece of piecesOf(text)) process.stdout.write(piece);
}

/** Writes a file whole or not at all: a reader never sees half a report, a failure or a power cut leaves the old one. */
export function writeWhole(path: string, text: Pieces): void {
  const state = stateOf(path);
  try {
    if (state && !state.isFile()) {
      writePieces(path, text);
      return;
    }
    // A link keeps pointing at its file.
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

// A string is iterable, too, letter by letter.
const piecesOf = (text: Pieces): Iterable<string> => (typeof text === 'string' ? [text] : text);

/** Where a link without a file points to; any other path as it is. */
function linkedFrom(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** Writes the pieces, down to the disk where there is one: a pipe or a device can't be synced. */
function writePieces(path: string, text: Pieces, mode = 0o666): void {
  const file = openSync(path, 'w', mode);
  try {
    for (const piece of piecesOf(text)) writeFileSync(file, piece);
    if (fstatSync(file).isFile()) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes new names of a folder down. Windows opens no folders and needs no such thing. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
