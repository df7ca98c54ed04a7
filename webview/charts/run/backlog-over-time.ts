import type { Backlog } from '../../../src/core/metrics/types.ts';
import { formatCount, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';
import { marked, timeAxis } from '../kit/slices.ts';

/** Creates the chart of an open model's backlog over the run. */
export function backlogOverTime(
  { waiting, widthMs, max, maxAtMs }: Backlog,
  untilMs: number,
  marks: readonly TimeMark[],
): ChartFigure {
  const fromS = (slice: number): number => (slice * widthMs) / 1000;
  return chartFigure(
    'Requests waiting to leave',
    [
      { title: 'From', kind: 'number' },
      { title: 'Most waiting', kind: 'number' },
    ],
    marked(marks, {
      summary: `${formatCount(max)} waited at most, ${formatS((maxAtMs ?? 0) / 1000)} after the start.`,
      series: [
        {
          label: 'Most waiting',
          color: 'red',
          look: 'area',
          shape: 'steps',
          points: waiting.map((count, slice) => ({ x: fromS(slice), y: count })),
        },
      ],
      x: timeAxis(untilMs),
      y: { title: 'Requests', format: formatCount },
      remark: 'They were due, and as many as may be were in flight.',
      rows: waiting.map((count, slice) => [formatS(fromS(slice)), formatCount(count)]),
    }),
  );
}
