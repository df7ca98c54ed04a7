/** Cumulative counts by upper bound in seconds, as in Prometheus; the last bound is Infinity. */
export type Buckets = readonly (readonly [bound: number, count: number])[];

/** Returns the histogram of that name in Prometheus' text format; empty if there is none. */
export function readBuckets(metrics: string, name: string): Buckets {
  const lines = metrics.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'));
  return Array.from(lines, ([, bound, count]) => [bound === '+Inf' ? Infinity : Number(bound), Number(count)]);
}

/** Returns the counts between two readings of a histogram. */
export const countedSince = (before: Buckets, after: Buckets): Buckets =>
  after.map(([bound, count], i) => [bound, count - (before[i]?.[1] ?? 0)]);

/** Returns a quantile of a histogram in ms, linear within its bucket; NaN if it's empty. @param q from 0 to 1 */
export function quantileMs(buckets: Buckets, q: number): number {
  const total = buckets.at(-1)?.[1] ?? 0;
  const wanted = q * total;
  const at = buckets.findIndex(([, count]) => count > 0 && count >= wanted);
  if (total === 0 || at < 0) return Number.NaN;
  const [bound = 0, count = 0] = buckets[at] ?? [];
  const [lower = bound, below = 0] = buckets[at - 1] ?? [];
  if (bound === Infinity) return lower * 1000;
  return (lower + (bound - lower) * ((wanted - below) / (count - below))) * 1000;
}
