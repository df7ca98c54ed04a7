import { formatCount, formatMs, formatNumber, formatRate } from '../../../src/core/format.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';
import type { Levels } from './level-axis.ts';
import { roundAbove } from '../kit/ticks.ts';

/** Creates the chart of mean latency against throughput, one point per level. */
export function tradeOff({ levels }: Levels): ChartFigure {
  const measured = levels.flatMap(({ plan, successThroughputPerS: rate, successLatencyMs: { mean } }) =>
    rate === null || mean === null ? [] : [{ concurrency: plan.concurrency, rate, mean }],
  );
  const fastest = Math.max(1e-9, ...measured.map(({ rate }) => rate));
  const slowest = Math.max(0, ...measured.map(({ mean }) => mean));
  return chartFigure(
    'Latency against throughput',
    [
      { title: 'Concurrency', kind: 'number' },
      { title: 'Throughput', kind: 'number' },
      { title: 'Mean latency', kind: 'number' },
    ],
    {
      summary: `From ${point(measured[0])} to ${point(measured.at(-1))} as concurrency grows.`,
      series: [
        {
          label: 'Level, labeled with its concurrency',
          color: 'blue',
          look: 'line',
          dots: true,
          points: measured.map(({ rate, mean }) => ({ x: rate, y: mean })),
          pointNames: measured.map(({ concurrency }) => formatCount(concurrency)),
        },
      ],
      x: { title: 'Successes per second', format: formatNumber, pointed: formatRate, min: 0, max: fastest * 1.08 },
      // Room for the labels above the points.
      y: { title: 'Mean latency', format: formatMs, ...(slowest > 0 ? { max: roundAbove(slowest) } : {}) },
      rows: measured.map(({ concurrency, rate, mean }) => [formatCount(concurrency), formatRate(rate), formatMs(mean)]),
    },
  );
}

function point(level: { readonly rate: number; readonly mean: number } | undefined): string {
  return `${formatRate(level?.rate ?? null)} with ${formatMs(level?.mean ?? null)}`;
}
