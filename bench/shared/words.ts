import { noValue } from '../../src/core/format.ts';

/** Returns a number with its unit and a number of decimal places; a dash if there is none. */
export function fixed(value: number, digits: number, unit = ''): string {
  return Number.isNaN(value) ? noValue : `${value.toFixed(digits)} ${unit}`.trim();
}
