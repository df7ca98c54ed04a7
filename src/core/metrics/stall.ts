/** A stretch of time on one clock, ms. */
export type Stretch = readonly [fromMs: number, toMs: number];

/**
 * Why an event loop stood still. `own`: it was at work, with code or a garbage collection. `machine`: it was not let: a thread
 * that has nothing to do but to look at the clock was late for half of the time as well, or its process computed for less than half
 * of the time, so that it waited for a core.
 *
 * @param late when the other thread was late
 * @param cpuMs CPU time of the process during the stall
 */
export function stallCause([fromMs, toMs]: Stretch, late: readonly Stretch[], cpuMs: number): 'own' | 'machine' {
  const half = (toMs - fromMs) / 2;
  let lateMs = 0;
  for (const [from, to] of late) lateMs += Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
  return lateMs >= half || cpuMs < half ? 'machine' : 'own';
}
