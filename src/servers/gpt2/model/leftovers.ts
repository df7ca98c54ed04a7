import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Removes incomplete files and folders of processes that have ended, such as after a canceled start: names that end in the
 * kind and a process id, `.making-123`. Keeps those of running processes.
 */
export async function removeLeftovers(folder: string, kind: 'making' | 'part'): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(new RegExp(`\\.${kind}-(\\d+)$`).exec(name)?.[1]);
    if (pid > 0 && !isRunning(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
