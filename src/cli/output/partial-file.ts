import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canBeReplaced, draftOf } from './report-files.ts';

/**
 * Writes a snapshot of a measurement over the previous one, unless that is still being written. Never rejects.
 * @param measured true if it has any numbers
 */
export type KeepSnapshot = (pieces: readonly (string | Uint8Array)[], measured: boolean) => Promise<void>;

/**
 * Runs `act` with snapshots kept in `<path>.partial`, in case the process ends early. The file is removed when `act` resolves,
 * or rejects without numbers. A file that an earlier run left is renamed to `<path>.partial.old`.
 * @param path the JSON report; without one, or if it's standard output, a pipe, or a device, nothing is kept
 * @param note reports once that the file can't be written: a run doesn't fail for it
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
  /** Inode of the file that this process wrote last: another run may have replaced it. */
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
 * Replaces a file atomically, so that the old or the new one survives a crash of the machine. Unlike those of a report, its
 * writes don't block the event loop, which is sending. Returns the new file's inode.
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

/** Syncs the entries of a folder to disk. Windows can't open folders and doesn't need it. */
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
