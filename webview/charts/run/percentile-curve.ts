import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatMs } from '../../../src/core/format.ts';
import { percentileCurvePoints, tailPosition } from '../../../src/core/report/charts/percentile-curve.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';

const ticks = [0.5, 0.9, 0.99, 0.999, 0.9999];

const name = (position: number): string => `p${String(Number((100 * (1 - 10 ** -position)).toFixed(3)))}`;

/** Creates the chart of latency by percentile, where each further nine has the same room. */
export function percentileCurve({ latencyBins, latencyMs }: RunRecord): ChartFigure {
  const points = percentileCurvePoints(latencyBins, latencyMs).map(({ share, ms }) => ({ x: tailPosition(share), ms }));
  const last = points.at(-1);
  return chartFigure(
    'Percentiles, all responses',
    [
      { title: 'Percentile', kind: 'number' },
      { title: 'Latency', kind: 'number' },
    ],
    {
      summary:
        last === undefined
          ? 'Too few responses to show.'
          : `Latency from p50 ${formatMs(latencyMs.median)} to ${name(last.x)} ${formatMs(last.ms)}.`,
      series: [
        {
          label: 'Latency',
          color: 'blue',
          look: 'line',
          points: points.map(({ x, ms }) => ({ x, y: ms })),
        },
      ],
      x: {
        title: 'Percentile',
        format: name,
        min: tailPosition(0.5),
        max: Math.max(tailPosition(0.9), last?.x ?? 0),
        ticks: ticks.map(tailPosition).filter((x) => x <= Math.max(tailPosition(0.9), last?.x ?? 0) + 1e-9),
      },
      y: { title: 'Latency', format: formatMs },
      rows: points.map(({ x, ms }) => [name(x), formatMs(ms)]),
    },
  );
}
