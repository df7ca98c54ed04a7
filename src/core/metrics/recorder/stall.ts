/** A period on one clock, ms. */
export type Stretch = readonly [fromMs: number, toMs: number];

/** Parts of a pause by cause. */
export interface StallParts {
  /** Time in which the event loop was busy with code or garbage collection, ms. */
  readonly ownMs: number;
  /** Time in which the machine or the whole process was paused, or the loop waited for a core, ms. */
  readonly machineMs: number;
}

/**
 * Splits a pause of an event loop by its cause. The loop's own part is the CPU time of its process, less the time in
 * which an idle thread that watches the clock was late as well. A hypervisor that pauses a machine may let its clock
 * run on.
 * @param late periods in which the other thread was late
 * @param cpuMs CPU time of the process during the pause
 */
export function splitStall([fromMs, toMs]: Stretch, late: readonly Stretch[], cpuMs: number): StallParts {
  const lengthMs = toMs - fromMs;
  let lateMs = 0;
  for (const [from, to] of late) lateMs += Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
  const ownMs = Math.max(0, Math.min(cpuMs, lengthMs - lateMs));
  return { ownMs, machineMs: lengthMs - ownMs };
}
