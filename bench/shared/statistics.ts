import { quantile, rankedSamples } from '../../src/core/metrics/statistics/quantiles.ts';

/** Returns a quantile by linear interpolation (Hyndman & Fan type 7), as everywhere in Loadlens; NaN without a value. */
export function quantileOf(values: ArrayLike<number>, share: number): number {
  return quantile(rankedSamples(Float64Array.from(values).toSorted()), share) ?? Number.NaN;
}

/** Returns the median; NaN without a value. */
export function medianOf(values: ArrayLike<number>): number {
  return quantileOf(values, 0.5);
}
