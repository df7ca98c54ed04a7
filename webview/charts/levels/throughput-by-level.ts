import { uslThroughput } from '../../../src/core/metrics/statistics/usl.ts';
import { formatCount, formatNumber, formatRate } from '../../../src/core/format.ts';
import { chartFigure, type ChartContent, type ChartFigure, type Series } from '../kit/figure.ts';
import { roundAbove } from '../kit/ticks.ts';
import { levelAxis, levelMarkers, levelPosition, markedWords, type Levels } from './level-axis.ts';

/** Creates the chart of successes per second by level, with linear scaling and the USL fit. */
export function throughputByLevel(levels: Levels): ChartFigure {
  return chartFigure(
    'Throughput by concurrency',
    [
      { title: 'Concurrency', kind: 'number' },
      { title: 'Throughput', kind: 'number' },
      { title: 'Linear scaling', kind: 'number' },
      { title: 'USL fit', kind: 'number' },
    ],
    throughputByLevelContent(levels),
  );
}

/** What the chart shows of the levels that there are; what stands out of them is not known before the last. */
export function throughputByLevelContent(sweep: Levels, markers = levelMarkers(sweep)): ChartContent {
  const { levels, figures } = sweep;
  const { usl } = figures;
  const single = levels.find(({ plan }) => plan.concurrency === 1)?.successThroughputPerS ?? null;
  const rows = levels.map(({ plan: { concurrency }, successThroughputPerS: rate }) => ({
    concurrency,
    x: levelPosition(concurrency),
    rate,
    perfect: single === null ? null : single * concurrency,
    law: usl === null ? null : uslThroughput(usl, concurrency),
  }));
  const most = Math.max(0, ...rows.flatMap(({ rate, law }) => [rate ?? 0, law ?? 0]));
  const best = rows.find(({ rate }) => rate !== null && rate === Math.max(...rows.map((row) => row.rate ?? 0)));
  const lines: (Series | null)[] = [
    single === null
      ? null
      : {
          label: 'Linear scaling',
          color: 'green',
          look: 'dashed',
          shape: 'curve',
          points: rows.map(({ x, perfect }) => ({ x, y: perfect })),
        },
    usl === null
      ? null
      : {
          label: 'USL fit',
          color: 'yellow',
          look: 'dashed',
          shape: 'curve',
          points: rows.map(({ x, law }) => ({ x, y: law })),
        },
    {
      label: 'Measured',
      color: 'blue',
      look: 'line',
      dots: true,
      points: rows.map(({ x, rate }) => ({ x, y: rate })),
    },
  ];
  return {
    summary:
      best === undefined
        ? 'No level yet.'
        : `Max ${formatRate(best.rate)}, at concurrency ${formatCount(best.concurrency)}. ${markedWords(markers)}`.trim(),
    series: lines.filter((line) => line !== null),
    x: levelAxis(sweep),
    y: { title: 'Successes per second', format: formatNumber, ...(most > 0 ? { max: roundAbove(most) } : {}) },
    markers,
    rows: rows.map(({ concurrency, rate, perfect, law }) => [
      formatCount(concurrency),
      formatRate(rate),
      formatRate(perfect),
      formatRate(law),
    ]),
  };
}
