import type { RunPlan } from './types.ts';

/** Returns the maximum number of requests in flight of a plan. Older records of the open model have it in `concurrency` only. */
export const maxInFlightOf = ({ concurrency, maxInFlight }: Pick<RunPlan, 'concurrency' | 'maxInFlight'>): number =>
  maxInFlight ?? concurrency;

/** Returns a plan with another maximum number of requests in flight, in either load model. */
export const withMaxInFlight = (plan: RunPlan, most: number): RunPlan => ({
  ...plan,
  concurrency: most,
  ...(plan.maxInFlight !== undefined && { maxInFlight: most }),
});
