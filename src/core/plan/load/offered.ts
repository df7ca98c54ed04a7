import { partOf } from './share.ts';
import { type Share } from '../types.ts';
import { arrivalTime } from '../../values/stages.ts';
import type { RunPlan } from '../types.ts';

/**
 * Returns for how long a run has let requests leave, ms from the start of the clock: what its rates are taken over at least.
 * By the clock and by duration that is what the plan asks for, as far as the run got. Returns 0 where a count of requests
 * ends the run as fast as the responses come.
 * @param taken requests that have left, answered or not
 * @param elapsedMs how far the run is, or was when it was cut off, ms from the start of the clock; Infinity: it went on to its end
 */
export function offeredMs(plan: RunPlan, share: Share, taken: number, elapsedMs: number): number {
  const { loadModel, requests, durationS, stages = [] } = plan;
  const byTimeMs = durationS === null ? Infinity : durationS * 1000;
  if (loadModel === 'closed') {
    const byCount = durationS === null || (requests !== null && taken >= partOf(requests, share));
    return byCount ? 0 : Math.min(byTimeMs, elapsedMs);
  }
  // Of n requests at 1/s the last leaves after n − 1 seconds, and yet they take n: so long until one more would leave.
  const byCountMs = requests === null ? Infinity : arrivalTime(stages)(requests);
  return Math.min(byTimeMs, byCountMs, elapsedMs);
}
