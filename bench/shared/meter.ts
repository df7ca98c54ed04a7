import { existsSync, readFileSync } from 'node:fs';

/** Activity of other programs during a measurement. */
export interface Disturbance {
  /** CPU steal, as a share of all cores' time. */
  readonly stealShare: number;
  /** CPU time of programs outside the measurement, as a share of one core. */
  readonly otherShare: number;
  /** Share of the time in which something waited for a core. Helper threads of the measured programs count, too. */
  readonly pressureShare: number;
}

/** Steal above this spoils a round, as a share of all cores' time. */
export const mostSteal = 0.01;
/** CPU of other programs above this spoils a round, as a share of one core. The kernel counts in steps of 4 to 10 ms. */
export const mostOther = 0.1;

const ticksPerS = 100;

interface Reading {
  readonly atMs: number;
  readonly stealS: number;
  readonly busyS: number;
  readonly cores: number;
  readonly ownS: number;
  readonly pressureS: number;
}

/** CPU time of a process so far, seconds, exact to 10 ms; 0 when there is none. `reaped`: that of its children that ended, too. */
export function cpuSecondsOf(pid: number | 'self', reaped = false): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return (user + system + (reaped ? childUser + childSystem : 0)) / ticksPerS;
}

/**
 * Starts to watch the machine. Returns a function that returns the activity of other programs since then: all but this process,
 * its children that ended meanwhile, and `servers`, which keep running.
 */
export function startMeter(servers: readonly number[]): () => Disturbance {
  const before = read(servers);
  return () => {
    const after = read(servers);
    const seconds = (after.atMs - before.atMs) / 1_000;
    const other = after.busyS - before.busyS - (after.ownS - before.ownS);
    return {
      stealShare: (after.stealS - before.stealS) / (seconds * after.cores),
      otherShare: Math.max(0, other / seconds),
      pressureShare: (after.pressureS - before.pressureS) / seconds,
    };
  };
}

/** Returns why a turn with this disturbance doesn't count; undefined if it counts. */
export function spoiledBy({ stealShare, otherShare }: Disturbance): string | undefined {
  if (stealShare > mostSteal) return 'spoiled by steal';
  if (otherShare > mostOther) return 'spoiled by other programs';
  return undefined;
}

function read(servers: readonly number[]): Reading {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (lines[0] ?? '')
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return {
    atMs: performance.now(),
    stealS: steal / ticksPerS,
    // A process's own figure holds the interrupts that were served while it ran: so must this.
    busyS: (user + nice + system + irq + softirq) / ticksPerS,
    cores: lines.filter((line) => /^cpu\d/.test(line)).length,
    ownS: servers.reduce((sum, pid) => sum + cpuSecondsOf(pid), cpuSecondsOf('self', true)),
    pressureS: readPressure(),
  };
}

function readPressure(): number {
  const file = '/proc/pressure/cpu';
  if (!existsSync(file)) return Number.NaN;
  return Number(/^some .*total=(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN) / 1e6;
}
