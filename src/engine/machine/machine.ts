import { readFileSync } from 'node:fs';

/** Readings of the whole machine over a period; null where the system doesn't report them (all but Linux). */
export interface MachineReadings {
  /** CPU steal: share of the CPU time of all processors, 0 to 1. */
  readonly stealShare: number | null;
  /** CPU pressure: share of the time in which a task waited for a core, 0 to 1. */
  readonly cpuPressureShare: number | null;
}

/** Starts reading. The returned function returns the readings since then. */
export function watchMachine(): () => MachineReadings {
  const startedAtMs = performance.now();
  const before = look();
  return () => {
    const after = look();
    const elapsedMs = performance.now() - startedAtMs;
    return {
      stealShare: before.ticks && after.ticks && stealBetween(before.ticks, after.ticks),
      cpuPressureShare:
        before.pressureMs === null || after.pressureMs === null || elapsedMs <= 0
          ? null
          : Math.min(1, (after.pressureMs - before.pressureMs) / elapsedMs),
    };
  };
}

function look() {
  const stat = read('/proc/stat');
  const pressure = read('/proc/pressure/cpu');
  return { ticks: stat === null ? null : cpuTicks(stat), pressureMs: pressure === null ? null : waitedMs(pressure) };
}

function read(path: string): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

/** CPU time of all processors, in clock ticks. */
export interface CpuTicks {
  readonly steal: number;
  readonly all: number;
}

/**
 * Returns the CPU time in the text of /proc/stat. Leaves out guest time, which the kernel already includes in user
 * time; null if there is none.
 */
export function cpuTicks(stat: string): CpuTicks | null {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').slice(0, 8).map(Number);
  const steal = fields?.[7];
  if (fields === undefined || steal === undefined || fields.some(Number.isNaN)) return null;
  return { steal, all: fields.reduce((sum, ticks) => sum + ticks, 0) };
}

/** Returns the CPU steal between two readings, 0 to 1; null if no tick has passed. */
export function stealBetween(before: CpuTicks, after: CpuTicks): number | null {
  const all = after.all - before.all;
  return all > 0 ? Math.min(1, Math.max(0, (after.steal - before.steal) / all)) : null;
}

/** Returns how long tasks have waited for a core, ms, from the text of /proc/pressure/cpu; null if it isn't there. */
export function waitedMs(pressure: string): number | null {
  const total = /^some .*\btotal=(\d+)$/m.exec(pressure)?.[1];
  return total === undefined ? null : Number(total) / 1e3;
}
