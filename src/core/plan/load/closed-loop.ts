import type { LoadModel } from './load-model.ts';
import type { RunPlan } from '../types.ts';

/** As soon as a slot is free the next request goes, until the count is sent or the time is up, whichever comes first. */
export function closedLoop({ requests, durationS }: RunPlan): LoadModel {
  const lastIndex = requests ?? Infinity;
  const endMs = durationS === null ? Infinity : durationS * 1000;
  return {
    next: (index, elapsedMs) => (index >= lastIndex || elapsedMs >= endMs ? 'done' : 'now'),
  };
}
