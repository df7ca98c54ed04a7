import { normalQuantile } from './normal.ts';

/** Moments of pairs of values as they arrive (Welford). */
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

/** A line y = intercept + slope · x. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
  /** 95% interval of the slope. */
  readonly interval95: readonly [low: number, high: number];
  /** The intercept of the line with the least slope of the interval. */
  readonly interceptHigh95: number;
}

const z95 = normalQuantile(0.975);

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

/** Returns the share of the spread of y that a least-squares line explains, 0 to 1; 0 where all x or all y are equal. */
export const r2Of = ({ xx, xy, yy }: PairMoments): number => (xx > 0 && yy > 0 ? xy ** 2 / (xx * yy) : 0);

/**
 * Returns the line of Theil and Sen; null where all x are equal. Its slope is the median of the slopes between all pairs of
 * points with different x, and its intercept the median of y − slope · x, so up to 29% of the points can be outliers. The
 * interval of the slope is that of P. K. Sen (Estimates of the regression coefficient based on Kendall's tau, Journal of the
 * American Statistical Association 63, 1968): of N sorted slopes, those at the ranks (N ± z · √V) / 2, with
 * V = (n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)) / 18 for n points, of which t each have the same x. It takes residuals to be
 * independent, but not to be normal.
 */
export function lineOf(points: readonly (readonly [x: number, y: number])[]): Line | null {
  const sorted = points.toSorted(([a], [b]) => a - b);
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  let variance = varianceOf(points.length);
  let ties = 0;
  for (const [i, [x, y]] of sorted.entries()) {
    ties = x === sorted[i - 1]?.[0] ? ties + 1 : 1;
    variance -= varianceOf(ties) - varianceOf(ties - 1);
    for (let k = 0; k < i; k += 1) {
      const [otherX = x, otherY = y] = sorted[k] ?? [];
      if (otherX < x) slopes[count++] = (y - otherY) / (x - otherX);
    }
  }
  if (count === 0) return null;
  const ranked = slopes.subarray(0, count).toSorted();
  const half = z95 * Math.sqrt(variance);
  const at = (rank: number): number => ranked[Math.min(count - 1, Math.max(0, Math.round(rank)))] ?? 0;
  const [slope, low, high] = [median(ranked), at((count - half) / 2 - 1), at((count + half) / 2)];
  const interceptWith = (some: number): number =>
    median(Float64Array.from(points, ([x, y]) => y - some * x).toSorted());
  return { intercept: interceptWith(slope), slope, interval95: [low, high], interceptHigh95: interceptWith(low) };
}

/** Returns the variance of Kendall's sum over pairs of `n` points. */
const varianceOf = (n: number): number => (n * (n - 1) * (2 * n + 5)) / 18;

const median = (ranked: Float64Array): number =>
  ((ranked[(ranked.length - 1) >> 1] ?? 0) + (ranked[ranked.length >> 1] ?? 0)) / 2;
