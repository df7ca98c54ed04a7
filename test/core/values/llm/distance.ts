// The Kolmogorov–Smirnov test for lengths.
import { normalCdf } from '../../../../src/core/metrics/statistics/normal.ts';

/** P(length <= n). */
type Cdf = (n: number) => number;

/**
 * Returns the Kolmogorov–Smirnov distance to a distribution of integers. For integers the test is conservative.
 */
export function distance(values: readonly number[], cdf: Cdf): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let below = 0;
  let most = 0;
  for (const value of [...counts.keys()].toSorted((a, b) => a - b)) {
    most = Math.max(most, Math.abs(below / values.length - cdf(value - 1)));
    below += counts.get(value) ?? 0;
    most = Math.max(most, Math.abs(below / values.length - cdf(value)));
  }
  return most;
}

/** Returns the distance that a true sample of `count` values exceeds in one of 100 cases. */
export const criticalDistance = (count: number): number => 1.628 / Math.sqrt(count);

/** Returns the distribution of `normal(mean, deviation)`, whose lengths below 0.5 are drawn again. */
export const normal =
  (mean: number, deviation: number): Cdf =>
  (n) => {
    const below = normalCdf((0.5 - mean) / deviation);
    return n < 1 ? 0 : (normalCdf((n + 0.5 - mean) / deviation) - below) / (1 - below);
  };

/** Returns the distribution of `lognormal(mean, deviation)`. */
export const lognormal = (mean: number, deviation: number): Cdf => {
  const sigma = Math.sqrt(Math.log1p((deviation / mean) ** 2));
  const mu = Math.log(mean) - sigma ** 2 / 2;
  return (n) => (n < 1 ? 0 : normalCdf((Math.log(n + 0.5) - mu) / sigma));
};

/** Returns the distribution of `uniform(from, to)`. */
export const uniform =
  (from: number, to: number): Cdf =>
  (n) =>
    Math.min(1, Math.max(0, (Math.floor(n) - from + 1) / (to - from + 1)));
