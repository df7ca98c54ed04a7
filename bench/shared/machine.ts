import * as os from 'node:os';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The machine of the figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  /** Load average of the minute before the bench. */
  readonly loadBefore: number;
  /** Maximum number of open files and sockets of a process. */
  readonly mostOpenFiles: number;
}

/** Reads the facts of this machine. */
export function readMachine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${process.arch}`,
    node: process.versions.node,
    loadBefore: os.loadavg()[0] ?? Number.NaN,
    // Node raises its own limit to the hard one.
    mostOpenFiles: Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0),
  };
}

/** Returns why nothing can be measured here; undefined if it can. */
export function missingHere(): string | undefined {
  if (process.platform !== 'linux') return 'It needs Linux: CPU time, steal and pressure are read from /proc.';
  if (os.availableParallelism() < 2) return 'It needs two cores: one for the server, one for the client.';
  if (spawnSync('taskset', ['--version']).status !== 0) return 'It needs taskset (Debian: util-linux).';
  return undefined;
}
