import type { Summary } from './types.ts';

/**
 * Returns how long failed requests went on after the time that rates are based on, ms; null if that is less than 1% of
 * the total time.
 */
export function stretchedMs({ totalMs, rateMs = totalMs }: Pick<Summary, 'totalMs' | 'rateMs'>): number | null {
  const ms = totalMs - rateMs;
  return ms > totalMs / 100 ? ms : null;
}

/** Shortest time for a rate, ms; before, it is that of the first few responses. */
const leastMs = 1000;
/** Fewest responses for a rate: of n responses it is off by up to one in n. */
export const leastResponses = 10;

/** Returns whether a time was too short, or had too few responses, for a rate. */
export const isTooShort = (elapsedMs: number, responses: number): boolean =>
  elapsedMs < leastMs || responses < leastResponses;
