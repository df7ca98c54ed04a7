import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canBeReplaced, draftOf } from './report-files.ts';

/**
 * Keeps a snapshot of a measurement in place of the one before, unless that is still being written. Never rejects.
 * @param measured whether it has any numbers
 */
export type KeepSnapshot = (pieces: readonly (string | Uint8Array)[], measured: boolean) => Promise<void>;

/**
 * Measures and writes reports with snapshots kept in `<path>.partial`, for a process that doesn't reach its end. The file is
 * removed once `act` has resolved, or has rejected with nothing measured. What an earlier run has left there is kept as
 * `<path>.partial.old`.
 * @param path the JSON report; without one, or if it goes to standard output, a pipe or a device, nothing is kept
 * @param note tells the user once if the file can't be written: a run doesn't fail for it
 */
export async function withPartialFile<T>(
  path: string | undefined,
  note: (text: string) => void,
  act: (keep: KeepSnapshot | undefined) => Promise<T>,
): Promise<T> {
  if (path === undefined || !canBeReplaced(path)) return act(undefined);
  const file = createPartialFile(`${path}.partial`, note);
  let measured = false;
  try {
    const result = await act((pieces, hasNumbers) => {
      measured ||= hasNumbers;
      return file.write(pieces);
    });
    await file.remove();
    return result;
  } catch (error) {
    if (!measured) await file.remove();
    throw error;
  }
}

function createPartialFile(path: string, note: (text: string) => void) {
  let failed = false;
  let writing: Promise<void> | undefined;
  /** The file that this process wrote last: another run may have put its own in the same place. */
  let inode: number | undefined;

  const attempt = async (act: () => Promise<void> | void): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!failed) note(`Can't write ${path}: ${messageOf(error)}. The run continues without it.`);
      failed = true;
    }
  };
  const keepOlder = (): void => {
    if (!existsSync(path)) return;
    renameSync(path, `${path}.old`);
    note(`Partial results of a run that stopped unexpectedly found in ${path}. Renamed to ${path}.old.`);
  };

  return {
    async write(pieces: readonly (string | Uint8Array)[]): Promise<void> {
      if (writing !== undefined) return;
      writing = attempt(async () => {
        if (inode === undefined) keepOlder();
        inode = await replaceFile(path, pieces);
      });
      await writing;
      writing = undefined;
    },
    async remove(): Promise<void> {
      await writing;
      await attempt(() => {
        if (inode !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === inode) rmSync(path);
      });
    },
  };
}

/**
 * Replaces a file so that the old or the new one is whole, after a crash of the machine, too. Disks are slow: unlike a report's,
 * its writes don't block the loop that sends. Returns the new file's inode.
 */
async function replaceFile(path: string, pieces: readonly (string | Uint8Array)[]): Promise<number> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, 'w');
    let inode: number;
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await file.sync();
      inode = (await file.stat()).ino;
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
    return inode;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Writes new names of a folder down. Windows opens no folders and needs no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
