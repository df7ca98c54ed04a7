/** A stretch of time on one clock, ms. */
export type Stretch = readonly [fromMs: number, toMs: number];

/** How much of a standstill is whose. */
export interface StallParts {
  /** The event loop was at work, with code or a garbage collection. */
  readonly ownMs: number;
  /** It was not let: the machine or the whole process stood still, or the loop waited for a core. */
  readonly machineMs: number;
}

/**
 * Why an event loop stood still. Its own is the time for which its process computed, but for the time in which a thread that
 * has nothing to do but to look at the clock was late as well: a hypervisor that stops a machine may let time run on.
 *
 * @param late when the other thread was late
 * @param cpuMs CPU time of the process during the stall
 */
export function splitStall([fromMs, toMs]: Stretch, late: readonly Stretch[], cpuMs: number): StallParts {
  const lengthMs = toMs - fromMs;
  let lateMs = 0;
  for (const [from, to] of late) lateMs += Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
  const ownMs = Math.max(0, Math.min(cpuMs, lengthMs - lateMs));
  return { ownMs, machineMs: lengthMs - ownMs };
}
