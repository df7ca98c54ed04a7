import type { LoadModel } from './load-model.ts';
import type { RunPlan, Share } from '../types.ts';

/** A load that is not shared out. */
export const wholeLoad: Share = { number: 0, of: 1 };

/** How many of `count` fall to a share. */
export function partOf(count: number, { number, of }: Share): number {
  return Math.floor(count / of) + (number < count % of ? 1 : 0);
}

/** Which request of the load is the share's own request `index`. */
export const indexIn = ({ number, of }: Share, index: number): number => number + index * of;

/** The load model of a share. */
export function shareModel(model: LoadModel, share: Share): LoadModel {
  return { next: (index, elapsedMs) => model.next(indexIn(share, index), elapsedMs) };
}

/**
 * A plan of its own for one of `of` workers that do not know which of them they are: counts divided and rounded up, arrival
 * rates divided.
 * @param seed another for each, or all would send the same
 */
export function planOfOne(plan: RunPlan, of: number, seed: number): RunPlan {
  const divided = (count: number): number => Math.ceil(count / of);
  return {
    ...plan,
    requests: plan.requests === null ? null : divided(plan.requests),
    concurrency: divided(plan.concurrency),
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

/** What so many workers send together, each by such a plan of its own for one of `of`. */
export function planOfMany(plan: RunPlan, of: number, workers: number): RunPlan {
  const { requests, concurrency, warmup, stages } = planOfOne(plan, of, plan.seed);
  return {
    ...plan,
    requests: requests === null ? null : requests * workers,
    concurrency: concurrency * workers,
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
