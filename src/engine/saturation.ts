import { saturationOf, type Saturation } from '../core/metrics/saturation.ts';
import type { TimelineTally } from '../core/metrics/timeline.ts';
import { dueBefore, dueForMs, targetRatePerS } from '../core/plan/load/target-rate.ts';
import type { RunPlan } from '../core/plan/types.ts';
import type { Loops } from './load/loops/loops.ts';

/** Watches whether the server keeps up with an arrival rate. */
export interface SaturationWatch {
  /**
   * Ends the looks and returns what was found; undefined if the run is too short to tell.
   * @param timeline that of the whole run
   * @param endMs time from which no request was due, if the run ended early
   */
  stop(timeline: TimelineTally, endMs: number): Saturation | undefined;
  close(): void;
}

const tickMs = 100;
/** Threads report about four times a second, so a look at a time takes place this much later, ms. */
const behindMs = 600;
/** When to look, as shares of the planned time. */
const looks = [0.4, 0.6, 0.8] as const;
/** Probabilities of a false alarm: at each look, which may end the run, and at its end. */
const levels = { look: 0.001, end: 0.01 } as const;

/**
 * Looks at a run on a fixed schedule, and ends it if it is to end once the server surely doesn't keep up.
 * @returns undefined for a plan without one finite rate
 */
export function watchSaturation(
  plan: RunPlan,
  loops: Pick<Loops, 'timeline' | 'end' | 'elapsedMs'>,
  signal: AbortSignal,
): SaturationWatch | undefined {
  const rate = targetRatePerS(plan);
  if (rate === null || rate === Infinity) return undefined;
  const plannedMs = dueForMs(plan, rate);
  const shares = plan.untilSaturated ? looks : [];
  /** Times of the looks. The last one is when sending ends: slices of a run that drains for long are coarse. */
  const dueMs = [...shares.map((share) => share * plannedMs), plannedMs];
  let found: Saturation | undefined;
  const look = (timeline: TimelineTally, atMs: number, level: number): Saturation | undefined =>
    saturationOf(timeline, dueBefore(plan), atMs, level) ?? undefined;
  const timer = setInterval(() => {
    const [atMs] = dueMs;
    if (atMs === undefined || signal.aborted || loops.elapsedMs() < atMs + behindMs) return;
    dueMs.shift();
    if (atMs === plannedMs) {
      found = look(loops.timeline(), plannedMs, levels.end);
      return;
    }
    const saturation = look(loops.timeline(), atMs, levels.look);
    // A run whose last request is due has nothing to end.
    if (!saturation?.overSaturated || loops.elapsedMs() >= plannedMs) return;
    clearInterval(timer);
    found = { ...saturation, endedEarly: true };
    loops.end();
  }, tickMs).unref();
  return {
    stop(timeline, endMs) {
      clearInterval(timer);
      // A run that ended early for another reason has been judged over its planned time, or not at all.
      const lastMs = Math.min(plannedMs, endMs);
      return found !== undefined && (found.endedEarly || lastMs === plannedMs)
        ? found
        : look(timeline, lastMs, levels.end);
    },
    close: () => clearInterval(timer),
  };
}
