import { quantileNames, type Distribution, type LatencyBins } from '../../metrics/types.ts';
import { quantileShares } from '../../metrics/statistics/quantiles.ts';
import { formatMs } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { valueAxis } from './axes.ts';
import type { ChartContent } from './content.ts';
import { binnedQuantile } from './shared-bins.ts';

/** One point of the curve. */
export interface CurvePoint {
  /** Share of the values below, from 0.5 on. */
  readonly share: number;
  readonly ms: number;
}

/** Quantiles at which the curve has points, denser in the tail, up to 99.99%. */
const shares = [
  0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.84, 0.87, 0.9, 0.925, 0.95, 0.965, 0.975, 0.985, 0.99, 0.995, 0.9975, 0.999,
  0.9995, 0.9999,
];

/**
 * Returns the values at the quantiles from p50 to p99.99, as long as at least one value is higher. The named ones are
 * those of the distribution. Between them, they are as accurate as the bins of the histogram.
 */
export function percentileCurvePoints(bins: LatencyBins, distribution: Distribution): CurvePoint[] {
  const { count, max } = distribution;
  const exact = new Map(quantileNames.map((name) => [quantileShares[name], distribution[name]]));
  const reached = shares.filter((share) => count * (1 - share) >= 1 - 1e-9);
  const points = reached.map((share): CurvePoint => ({ share, ms: exact.get(share) ?? binnedQuantile(bins, share) }));
  // An approximate value must be between the exact ones next to it.
  return points.map(({ share, ms }) => {
    const known = [...exact].flatMap(([at, value]) => (value === null ? [] : [{ at, value }]));
    const floor = Math.max(0, ...known.filter(({ at }) => at <= share).map(({ value }) => value));
    const ceiling = Math.min(max ?? Infinity, ...known.filter(({ at }) => at >= share).map(({ value }) => value));
    return { share, ms: Math.min(ceiling, Math.max(floor, ms)) };
  });
}

/**
 * Returns the position of a share on an axis with equal space for each further nine: 0 for 0%, 1 for 90%, 2 for 99%.
 */
export const tailPosition = (share: number): number => -Math.log10(1 - share);

const ticks = [0.5, 0.9, 0.99, 0.999, 0.9999];

const nameOf = (position: number): string => `p${String(Number((100 * (1 - 10 ** -position)).toFixed(3)))}`;

/** Returns latency by percentile, where each further nine has the same room; null with too few responses. */
export function percentileCurve({
  latencyBins,
  latencyMs,
}: Pick<RunRecord, 'latencyBins' | 'latencyMs'>): ChartContent | null {
  const points = percentileCurvePoints(latencyBins, latencyMs).map(({ share, ms }) => ({ x: tailPosition(share), ms }));
  const last = points.at(-1);
  if (last === undefined) return null;
  const max = Math.max(tailPosition(0.9), last.x);
  const title = 'Percentiles, all responses';
  return {
    title,
    summary: `Latency from p50 ${formatMs(latencyMs.median)} to ${nameOf(last.x)} ${formatMs(last.ms)}.`,
    series: [{ label: 'Latency', color: 'blue', look: 'line', points: points.map(({ x, ms }) => ({ x, y: ms })) }],
    x: {
      title: 'Percentile',
      min: tailPosition(0.5),
      max,
      ticks: ticks.map(tailPosition).filter((x) => x <= max + 1e-9),
      tick: nameOf,
      text: nameOf,
    },
    y: valueAxis('Latency', Math.max(...points.map(({ ms }) => ms)), formatMs),
    table: {
      title,
      columns: ['Percentile', 'Latency'],
      rows: points.map(({ x, ms }) => [nameOf(x), formatMs(ms)]),
    },
  };
}
