import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ServerUse } from '../../core/record/run.ts';

const sampleEveryMs = 500;
/** Clock ticks of /proc per second, 100 on every Linux that Node runs on. */
const ticksPerS = 100;

/** Resources that a process has used; null where the system doesn't report them. */
export interface ProcessUse {
  /** CPU time since its start, ms. */
  readonly cpuMs: number | null;
  /** Resident memory, MiB. */
  readonly rssMiB: number | null;
}

const unknownUse: ProcessUse = { cpuMs: null, rssMiB: null };

/** Returns the use of a process: from /proc on Linux, from `ps` elsewhere, nulls on Windows. */
export async function readProcessUse(pid: number): Promise<ProcessUse> {
  try {
    if (process.platform === 'linux') {
      const [stat, status] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile(`/proc/${pid}/status`, 'utf8'),
      ]);
      return useFromProc(stat, status);
    }
    if (process.platform === 'win32') return unknownUse;
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=,time=', '-p', String(pid)]);
    return useFromPs(stdout);
  } catch {
    return unknownUse;
  }
}

/** Parses the text of /proc/PID/stat and /proc/PID/status. */
export function useFromProc(stat: string, status: string): ProcessUse {
  // The program's name is in parentheses and may contain any character, so fields count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const kiB = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return {
    cpuMs: Number.isFinite(ticks) ? (ticks * 1000) / ticksPerS : null,
    rssMiB: kiB === undefined ? null : Number(kiB) / 1024,
  };
}

/** Parses the output of `ps -o rss=,time=`: KiB, and a time such as `1-02:03:04` or `12:03.45`. */
export function useFromPs(output: string): ProcessUse {
  const [, kiB, days = '0', clock = ''] = /^\s*(\d+)\s+(?:(\d+)-)?([\d:.]+)\s*$/.exec(output) ?? [];
  if (kiB === undefined) return unknownUse;
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
  return { cpuMs: Number.isFinite(seconds) ? seconds * 1000 : null, rssMiB: Number(kiB) / 1024 };
}

/** Returns the server's use when the clock starts. */
export async function serverAtStart(pid: number): Promise<ServerUse> {
  const { rssMiB } = await readProcessUse(pid);
  return { pid, cpuShare: null, rssStartMiB: rssMiB, rssEndMiB: null, rssMaxMiB: null };
}

/** Starts watching the server of a run. The returned function stops it and returns its use. */
export function watchServer(pid: number): () => Promise<ServerUse> {
  const read = async (): Promise<ProcessUse & { atMs: number }> => {
    const use = await readProcessUse(pid);
    return { ...use, atMs: performance.now() };
  };
  const first = read();
  let mostMiB: number | null = null;
  const see = (rssMiB: number | null): void => {
    if (rssMiB !== null) mostMiB = Math.max(mostMiB ?? 0, rssMiB);
  };
  const look = async (): Promise<void> => {
    see((await readProcessUse(pid)).rssMiB);
  };
  const timer = setInterval(() => void look(), sampleEveryMs).unref();
  return async () => {
    clearInterval(timer);
    const [before, after] = await Promise.all([first, read()]);
    const elapsedMs = after.atMs - before.atMs;
    see(before.rssMiB);
    see(after.rssMiB);
    return {
      pid,
      cpuShare:
        before.cpuMs === null || after.cpuMs === null || elapsedMs <= 0
          ? null
          : (after.cpuMs - before.cpuMs) / elapsedMs,
      rssStartMiB: before.rssMiB,
      rssEndMiB: after.rssMiB,
      rssMaxMiB: mostMiB,
    };
  };
}
