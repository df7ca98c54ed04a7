import { noValue } from '../../src/core/format.ts';

/** A number with so many digits after the point, and its unit; a dash where there is none. */
export function fixed(value: number, digits: number, unit = ''): string {
  return Number.isNaN(value) ? noValue : `${value.toFixed(digits)} ${unit}`.trim();
}
