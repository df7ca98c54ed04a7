import { studentQuantile } from './normal.ts';

/** Moments of pairs of values as they arrive (Welford): enough for the least-squares line through them. */
export interface PairMoments {
  count: number;
  meanX: number;
  meanY: number;
  /** Σ (x − mean x)². */
  xx: number;
  /** Σ (x − mean x)(y − mean y). */
  xy: number;
  /** Σ (y − mean y)². */
  yy: number;
}

/** A least-squares line y = intercept + slope · x. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
  /** 95% interval of the slope. */
  readonly interval95: readonly [low: number, high: number];
  /** Upper end of the 95% interval of the intercept. */
  readonly interceptHigh95: number;
  /** Share of the spread of y that the line explains, 0 to 1. */
  readonly r2: number;
}

/** Pairs from which on a line has an interval: below, Student's quantile is too rough. */
const fewestPairs = 12;

/** Creates moments without a pair. */
export const createMoments = (): PairMoments => ({ count: 0, meanX: 0, meanY: 0, xx: 0, xy: 0, yy: 0 });

/** Adds a pair. */
export function addPair(moments: PairMoments, x: number, y: number): void {
  moments.count += 1;
  const [dx, dy] = [x - moments.meanX, y - moments.meanY];
  moments.meanX += dx / moments.count;
  moments.meanY += dy / moments.count;
  moments.xx += dx * (x - moments.meanX);
  moments.xy += dx * (y - moments.meanY);
  moments.yy += dy * (y - moments.meanY);
}

/** Returns the moments of all pairs. Changes none of them. */
export function mergeMoments(parts: readonly PairMoments[]): PairMoments {
  const merged = createMoments();
  for (const part of parts) {
    if (part.count === 0) continue;
    const before = merged.count;
    merged.count += part.count;
    const [dx, dy] = [part.meanX - merged.meanX, part.meanY - merged.meanY];
    const weight = (before * part.count) / merged.count;
    merged.meanX += (dx * part.count) / merged.count;
    merged.meanY += (dy * part.count) / merged.count;
    merged.xx += part.xx + dx * dx * weight;
    merged.xy += part.xy + dx * dy * weight;
    merged.yy += part.yy + dy * dy * weight;
  }
  return merged;
}

/**
 * Returns the least-squares line; null below 12 pairs, and where all x or all y are equal. The interval of the slope is
 * slope ± t · s / √Σ(x − mean x)², with s² = Σ residual² / (n − 2) and t of Student's distribution with n − 2 degrees of
 * freedom. The interval of the intercept is intercept ± t · s · √(1 / n + mean x² / Σ(x − mean x)²). Both take residuals
 * to be independent and of equal spread.
 */
export function lineOf({ count, meanX, meanY, xx, xy, yy }: PairMoments): Line | null {
  if (count < fewestPairs || xx <= 0 || yy <= 0) return null;
  const slope = xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  const half = studentQuantile(0.975, count - 2) * Math.sqrt(residual / (count - 2) / xx);
  const intercept = meanY - slope * meanX;
  return {
    intercept,
    slope,
    interval95: [slope - half, slope + half],
    interceptHigh95: intercept + half * Math.sqrt(xx / count + meanX ** 2),
    r2: 1 - residual / yy,
  };
}
