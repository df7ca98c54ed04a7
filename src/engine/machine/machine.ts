import { readFileSync } from 'node:fs';

/** What the whole machine went through over a stretch of time; null where the system does not tell (all but Linux). */
export interface MachineReadings {
  /** Share of the CPU time of all processors that the hypervisor kept. */
  readonly stealShare: number | null;
  /** Share of the time in which something waited for a core. */
  readonly cpuPressureShare: number | null;
}

/** Starts reading; the returned function tells. */
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

/** From the text of /proc/stat. The time of guests is left out: the kernel has it in that of users already. */
export function cpuTicks(stat: string): CpuTicks | null {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').slice(0, 8).map(Number);
  const steal = fields?.[7];
  if (fields === undefined || steal === undefined || fields.some(Number.isNaN)) return null;
  return { steal, all: fields.reduce((sum, ticks) => sum + ticks, 0) };
}

/** Null when no tick has passed. */
export function stealBetween(before: CpuTicks, after: CpuTicks): number | null {
  const all = after.all - before.all;
  return all > 0 ? Math.min(1, Math.max(0, (after.steal - before.steal) / all)) : null;
}

/** From the text of /proc/pressure/cpu: for how long something has waited for a core so far. */
export function waitedMs(pressure: string): number | null {
  const total = /^some .*\btotal=(\d+)$/m.exec(pressure)?.[1];
  return total === undefined ? null : Number(total) / 1e3;
}
