// Finds processes that tests left behind, by the temporary folder in their environment.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

function processesOf(temporary: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(temporary)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return command ? [{ pid: Number(name), command: command.slice(0, 120) }] : [];
      } catch {
        return []; // Ended meanwhile, or of another user.
      }
    });
}

/** Waits for the processes with this temporary folder to end, kills the rest, and returns their command lines. */
export async function endProcessesOf(temporary: string, graceMs: number): Promise<string[]> {
  const deadline = Date.now() + graceMs;
  let left = processesOf(temporary);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(100);
    left = processesOf(temporary);
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
  return left.map(({ command }) => command);
}
