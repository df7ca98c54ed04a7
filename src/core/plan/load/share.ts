import type { LoadModel } from './load-model.ts';
import { withMaxInFlight } from '../max-in-flight.ts';
import type { RunPlan, Share } from '../types.ts';

/** The share of a load that isn't split. */
export const wholeLoad: Share = { number: 0, of: 1 };

/** Returns how many of `count` belong to a share. */
export function partOf(count: number, { number, of }: Share): number {
  return Math.floor(count / of) + (number < count % of ? 1 : 0);
}

/** Returns the index in the whole load of the share's request `index`. */
export const indexIn = ({ number, of }: Share, index: number): number => number + index * of;

/** Returns the load model of a share. */
export function shareModel(model: LoadModel, share: Share): LoadModel {
  return { next: (index, elapsedMs) => model.next(indexIn(share, index), elapsedMs) };
}

/**
 * Returns a plan for one of `of` workers that don't know their number: counts are divided and rounded up, arrival rates
 * divided.
 * @param seed different for each worker, because they would send the same requests otherwise
 */
export function planOfOne(plan: RunPlan, of: number, seed: number): RunPlan {
  const divided = (count: number): number => Math.ceil(count / of);
  return {
    ...withMaxInFlight(plan, divided(plan.concurrency)),
    requests: plan.requests === null ? null : divided(plan.requests),
    ...(plan.conversations !== undefined && { conversations: divided(plan.conversations) }),
    warmup: divided(plan.warmup),
    seed,
    ...(plan.stages && {
      stages: plan.stages.map(({ fromPerS, toPerS, durationS }) => ({
        fromPerS: fromPerS / of,
        toPerS: toPerS / of,
        durationS,
      })),
    }),
  };
}

/** Returns the plan that `workers` workers add up to, each with such a plan for one of `of`. */
export function planOfMany(plan: RunPlan, of: number, workers: number): RunPlan {
  const { requests, conversations, concurrency, warmup, stages } = planOfOne(plan, of, plan.seed);
  return {
    ...withMaxInFlight(plan, concurrency * workers),
    requests: requests === null ? null : requests * workers,
    ...(conversations !== undefined && { conversations: conversations * workers }),
    warmup: warmup * workers,
    ...(stages && {
      stages: stages.map(({ fromPerS, toPerS, durationS }) => ({
        fromPerS: fromPerS * workers,
        toPerS: toPerS * workers,
        durationS,
      })),
    }),
  };
}
