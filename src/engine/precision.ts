import { precisionOf, type PrecisionResult } from '../core/metrics/precision.ts';
import { steadyStateOf } from '../core/metrics/steady-state.ts';
import { timelineOf, type TimelineTally } from '../core/metrics/timeline.ts';
import type { RunPlan } from '../core/plan/types.ts';
import { firstLookMs, levelAtLooks, nextLookMs } from '../core/plan/until.ts';
import { watchedOf } from '../core/values/until.ts';
import type { Loops } from './load/loops/loops.ts';

/** Watches how precisely a number is known during a run. */
export interface PrecisionWatch {
  /** Result of the last look; undefined before the first. */
  readonly result: PrecisionResult | undefined;
  /**
   * Ends the looks, with one more at the end of a run that hasn't reached its precision.
   * @param timeline that of the whole run
   */
  stop(timeline: TimelineTally): PrecisionResult;
  close(): void;
}

const tickMs = 100;
/** Threads report about four times a second, so a check for a time takes place this much later, ms. */
const behindMs = 600;

/**
 * Looks at a run on the schedule of core/plan/until and ends it once its number is known precisely enough.
 * @param signal a canceled run has no further look
 * @returns undefined for a plan without a precision
 */
export function watchPrecision(
  { until: asked, autoWarmup, durationS }: Pick<RunPlan, 'until' | 'autoWarmup' | 'durationS'>,
  loops: Pick<Loops, 'timeline' | 'end' | 'elapsedMs'>,
  signal: AbortSignal,
): PrecisionWatch | undefined {
  const watched = asked && watchedOf(asked.metric);
  if (asked === undefined || watched === undefined) return undefined;
  let dueMs = firstLookMs;
  let looks = 0;
  let result: PrecisionResult | undefined;

  const look = (timeline: TimelineTally, atMs: number): PrecisionResult => {
    const steady = autoWarmup ? steadyStateOf(timelineOf(timeline, atMs, false), atMs) : undefined;
    const found =
      steady?.settled === false
        ? null
        : precisionOf(timeline, watched.statistic, steady?.transientMs ?? 0, atMs, levelAtLooks);
    looks += 1;
    const reached = found !== null && found.share <= asked.share;
    const { value = null, interval = null, share = null } = found ?? {};
    return { asked, reached, value, interval, share, atMs, looks };
  };

  const timer = setInterval(() => {
    if (signal.aborted || loops.elapsedMs() < dueMs + behindMs) return;
    result = look(loops.timeline(), dueMs);
    dueMs = nextLookMs(dueMs);
    if (!result.reached) return;
    clearInterval(timer);
    loops.end();
  }, tickMs).unref();

  return {
    get result() {
      return result;
    },
    stop(timeline) {
      clearInterval(timer);
      if (result?.reached) return result;
      // Without the last requests, which drain.
      const { slices, widthMs } = timeline;
      const lastMs = Math.max(0, slices.length - 1) * widthMs;
      return look(timeline, Math.min(lastMs, durationS === null ? Infinity : durationS * 1_000));
    },
    close: () => clearInterval(timer),
  };
}
