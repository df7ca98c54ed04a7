import type { RunPlan } from '../types.ts';
import { arrivalsOf } from './arrivals.ts';

/**
 * Returns the target rate of a plan, requests/s: Infinity if all requests are due at the start. Null in the closed model, and
 * if stages change the rate.
 */
export function targetRatePerS({
  loadModel,
  atOnce,
  stages = [],
}: Pick<RunPlan, 'loadModel' | 'atOnce' | 'stages'>): number | null {
  if (loadModel === 'closed') return null;
  if (atOnce) return Infinity;
  const rates = new Set(stages.flatMap(({ fromPerS, toPerS }) => [fromPerS, toPerS]));
  const [rate] = rates;
  return rates.size === 1 && rate !== undefined ? rate : null;
}

/** Returns for how long requests of a plan with one finite rate become due, ms; Infinity if nothing says it. */
export function dueForMs({ requests, durationS }: Pick<RunPlan, 'requests' | 'durationS'>, ratePerS: number): number {
  const byCountMs = requests === null ? Infinity : (1_000 * requests) / ratePerS;
  return Math.min(byCountMs, durationS === null ? Infinity : 1_000 * durationS);
}

/** Returns a function that counts the requests of an open-model plan that are due before a time, ms. Fast for rising times. */
export function dueBefore(plan: RunPlan): (ms: number) => number {
  const arrivals = arrivalsOf(plan);
  const most = plan.requests ?? Infinity;
  let count = 0;
  let beforeMs = 0;
  return (ms) => {
    if (ms < beforeMs) count = 0;
    beforeMs = ms;
    while (count < most && arrivals(count) < ms) count += 1;
    return count;
  };
}
