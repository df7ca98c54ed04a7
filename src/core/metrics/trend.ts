/** How a quantity grows from one observation to the next. */
export interface Trend {
  readonly slope: number;
  /** 95 % interval of the slope; null with too few independent observations. */
  readonly interval95: readonly [low: number, high: number] | null;
}

/** Independent observations below which an interval would say nothing. */
const fewestIndependent = 5;
const normal975 = 1.959964;

/**
 * Least squares line through values at equal distances. Neighbours are seldom independent, and a plain interval would then cry
 * wolf: the number of observations is cut down by their lag-1 autocorrelation, n (1 − r) / (1 + r). Null below two values.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const n = values.length;
  if (n < 2) return null;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = (n * (n * n - 1)) / 12;
  const slope = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  const rest = values.map((value, i) => value - mean - slope * (i - middle));
  const squares = rest.reduce((sum, value) => sum + value * value, 0);
  const pairs = rest.reduce((sum, value, i) => sum + (i === 0 ? 0 : value * (rest[i - 1] ?? 0)), 0);
  // What rounding leaves of a straight line is no noise.
  const isLine = squares <= (1e-12 * Math.max(Math.abs(mean), 1)) ** 2 * n;
  const correlation = isLine ? 0 : Math.max(0, pairs / squares);
  const independent = (n * (1 - correlation)) / (1 + correlation);
  if (independent < fewestIndependent) return { slope, interval95: null };
  const error = Math.sqrt(squares / (independent - 2) / spread);
  const half = studentT975(independent - 2) * error;
  return { slope, interval95: [slope - half, slope + half] };
}

/** The 97.5 % point of Student's t, by the expansion around the normal: off by less than 1 % from 3 degrees of freedom on. */
function studentT975(freedom: number): number {
  const z = normal975;
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** power, 0);
}
