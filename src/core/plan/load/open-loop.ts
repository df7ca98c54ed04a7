import { arrivalsOf } from './arrivals.ts';
import type { LoadModel } from './load-model.ts';
import type { RunPlan } from '../types.ts';

/**
 * Creates the open model: requests are sent at their scheduled times, whether earlier ones have ended or not, until the
 * number of requests or the time is reached.
 */
export function openLoop(plan: RunPlan, times?: readonly number[]): LoadModel {
  const dueMs = arrivalsOf(plan, times);
  const lastIndex = plan.requests ?? Infinity;
  const endMs = plan.durationS === null ? Infinity : plan.durationS * 1000;
  return {
    next(index) {
      if (index >= lastIndex) return 'done';
      const due = dueMs(index);
      return due < endMs && due < Infinity ? due : 'done';
    },
  };
}
