import type { Summary } from './types.ts';

/**
 * Returns for how long requests that failed went on after the time that rates are over, ms; null where that is less than 1% of
 * the total time.
 */
export function stretchedMs({ totalMs, rateMs = totalMs }: Pick<Summary, 'totalMs' | 'rateMs'>): number | null {
  const ms = totalMs - rateMs;
  return ms > totalMs / 100 ? ms : null;
}
