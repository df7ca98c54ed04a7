import type { Summary } from './types.ts';

/**
 * Returns how long failed requests went on after the rate time, ms; null if that's at most 1% of the total time, and in
 * older records, which have no rate time.
 */
export function lateFailuresMs({ totalMs, rateMs = totalMs }: Pick<Summary, 'totalMs' | 'rateMs'>): number | null {
  const ms = totalMs - rateMs;
  return ms > totalMs / 100 ? ms : null;
}

/** Minimum time for a reliable rate, ms. In a shorter one, the start-up of the first requests is a large part. */
const leastMs = 1000;
/** Minimum number of responses for a reliable rate. With n responses, one more or less changes it by 1/n. */
export const leastResponses = 10;

/** Returns whether a measurement was too short, or had too few responses, for a reliable rate. */
export const isTooShort = (elapsedMs: number, responses: number): boolean =>
  elapsedMs < leastMs || responses < leastResponses;
