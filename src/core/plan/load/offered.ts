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
  const { requests, durationS, stages = [] } = plan;
  const byTimeMs = durationS === null ? Infinity : durationS * 1000;
  if (!isPaced(plan)) {
    const byCount = durationS === null || (requests !== null && taken >= partOf(requests, share));
    return byCount ? 0 : Math.min(byTimeMs, elapsedMs);
  }
  if (plan.trace !== undefined) return Math.min(byTimeMs, plan.trace.spanMs ?? 0, elapsedMs);
  // Of n requests at 1/s, the last is sent after n − 1 seconds, but they span n seconds: the time until the next one
  // would be sent.
  const byCountMs = requests === null ? Infinity : arrivalTime(stages)(requests);
  return Math.min(byTimeMs, byCountMs, elapsedMs);
}
