import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { realpathSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LoadlensError } from '../core/errors.ts';

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
      throw new LoadlensError(`${before} and ${option} both go to standard output.`, { hint: 'Give one a file.' });
    }
    if (before !== undefined) {
      throw new LoadlensError(`${before} and ${option} name the same file, ${path}.`, { hint: 'Give each its own.' });
    }
    seen.set(resolve(path), option);
    if (path === standardOutput) continue;
    if (!stateOf(folder)?.isDirectory()) {
      throw new LoadlensError(`${option}: the folder ${folder} does not exist.`, {
        hint: 'Create it, or name a file in another folder.',
      });
    }
    const state = stateOf(path);
    if (state?.isDirectory()) {
      throw new LoadlensError(`${option}: ${path} is a folder.`, { hint: 'Name a file in it.' });
    }
    try {
      accessSync(state && !state.isFile() ? path : folder, constants.W_OK);
    } catch (cause) {
      throw new LoadlensError(`${option}: ${path} can't be written.`, {
        hint: 'Name a file in a folder that you may write to.',
        cause,
      });
    }
  }
}

/** Writes a report to where its option says. */
export function writeReport(path: string, text: string): void {
  if (path === standardOutput) process.stdout.write(text);
  else writeWhole(path, text);
}

/** Writes a file whole or not at all: a reader never sees half a report, a failure leaves the old one. */
export function writeWhole(path: string, text: string): void {
  const state = stateOf(path);
  // A link keeps pointing at its file; a device or a pipe is written to, never replaced.
  const place = state ? realpathSync(path) : path;
  try {
    if (state && !state.isFile()) {
      writeFileSync(place, text);
      return;
    }
    const draft = `${place}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, text);
      renameSync(draft, place);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new LoadlensError(`${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Check the disk and the rights of the folder, then run again.',
      cause,
    });
  }
}
