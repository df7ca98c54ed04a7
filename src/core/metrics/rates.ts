import type { Summary } from './types.ts';

/**
 * Returns how long failed requests went on after the time that rates are based on, ms; null if that is less than 1% of
 * the total time.
 */
export function stretchedMs({ totalMs, rateMs = totalMs }: Pick<Summary, 'totalMs' | 'rateMs'>): number | null {
  const ms = totalMs - rateMs;
  return ms > totalMs / 100 ? ms : null;
}
