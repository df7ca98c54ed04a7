import type { LoadModel } from './load-model.ts';
import type { RunPlan } from '../types.ts';

/**
 * Creates the closed model: the next request is sent as soon as a slot is free, until the number of requests or the
 * time is reached.
 */
export function closedLoop({ requests, durationS }: RunPlan): LoadModel {
  const lastIndex = requests ?? Infinity;
  const endMs = durationS === null ? Infinity : durationS * 1000;
  return {
    next: (index, elapsedMs) => (index >= lastIndex || elapsedMs >= endMs ? 'done' : 'now'),
  };
}
