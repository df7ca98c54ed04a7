import type { RunPlan } from './types.ts';

/** First look at a run that ends once a number is known, ms after the start of its clock: its minimum length. */
export const firstLookMs = 5_000;
/** Each look has this many times the data of the one before. */
const growth = 1.4;

/** Returns the time of the look after the one at `lookMs`. The schedule is fixed: 5 s, 7 s, 9.8 s … */
export const nextLookMs = (lookMs: number): number => lookMs * growth;

/**
 * Level of the interval at each look. Ending a run when its interval happens to be narrow costs coverage, so this is
 * stricter than 5%: about 95% of the intervals that end a run contain the true value (bench/results/until.md).
 */
export const levelAtLooks = 0.035;

/** Returns a plan whose length is fixed: without a precision to reach and without an automatic warm-up. */
export function withFixedLength(plan: RunPlan): RunPlan {
  const { until: _until, autoWarmup: _autoWarmup, ...fixed } = plan;
  return fixed;
}
