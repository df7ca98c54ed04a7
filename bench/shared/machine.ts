import * as os from 'node:os';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  /** Load average of the last minute when the bench began: what else was going on. */
  readonly loadBefore: number;
  /** How many files and sockets one process may have open. */
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

/** Why nothing can be measured here; undefined when it can. */
export function missingHere(): string | undefined {
  if (process.platform !== 'linux') return 'It needs Linux: CPU time, steal and pressure are read from /proc.';
  if (os.availableParallelism() < 2) return 'It needs two cores: one for the server, one for the client.';
  if (spawnSync('taskset', ['--version']).status !== 0) return 'It needs taskset (Debian: util-linux).';
  return undefined;
}
