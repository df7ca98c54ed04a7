import { arrivalsOf } from './arrivals.ts';
import type { LoadModel } from './load-model.ts';
import type { RunPlan } from '../types.ts';

/**
 * Requests leave by the clock, whether earlier ones have been answered or not, until the count is sent or the time is up,
 * whichever comes first.
 */
export function openLoop(plan: RunPlan): LoadModel {
  const dueMs = arrivalsOf(plan);
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
