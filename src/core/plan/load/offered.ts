import { arrivalsOf } from './arrivals.ts';
import { isPaced } from './load-models.ts';
import { partOf } from './share.ts';
import { type Share } from '../types.ts';
import { arrivalTime } from '../../values/stages.ts';
import type { RunPlan } from '../types.ts';

/**
 * Returns for how long a run has let requests leave, ms from the start of the clock. Its rates are over at least this
 * time. In timed open-model runs it is the planned time, as far as the run got. It is 0 if the number of requests ends
 * the run.
 * @param taken starts so far, of requests and conversations
 * @param elapsedMs progress of the run, or its end if it was cut off, ms from the start of the clock; Infinity: it ran
 * to its end
 */
export function offeredMs(plan: RunPlan, share: Share, taken: number, elapsedMs: number): number {
  const { requests, durationS } = plan;
  const byTimeMs = durationS === null ? Infinity : durationS * 1000;
  if (!isPaced(plan)) {
    const byCount = durationS === null || (requests !== null && taken >= partOf(requests, share));
    return byCount ? 0 : Math.min(byTimeMs, elapsedMs);
  }
  if (plan.trace !== undefined) return Math.min(byTimeMs, plan.trace.spanMs ?? 0, elapsedMs);
  return Math.min(byTimeMs, requests === null ? Infinity : spanMs(plan, requests), elapsedMs);
}

/** Spans of random arrivals. Live numbers ask often, and each needs all gaps. */
const randomSpans = new WeakMap<RunPlan, number>();

/** Returns the time that the arrivals of a number of requests span, ms. */
function spanMs(plan: RunPlan, requests: number): number {
  const { stages = [], arrivals = 'constant' } = plan;
  // Of n requests at 1/s, the last is sent after n − 1 seconds, but they span n seconds: the time until the next one
  // would be sent.
  if (arrivals === 'constant') return arrivalTime(stages)(requests);
  const known = randomSpans.get(plan);
  if (known !== undefined) return known;
  // Random arrivals may come much faster or slower than planned, so only their own times count.
  const dueMs = arrivalsOf(plan);
  const firstMs = dueMs(0);
  const span = dueMs(requests - 1) - firstMs;
  randomSpans.set(plan, span);
  return span;
}
