import { t } from '@vscode/l10n';
import type { Backlog } from '../../../src/core/metrics/types.ts';
import { formatCount, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';
import { marked, timeAxis } from '../kit/slices.ts';

/** How many requests of an open loop were due and could not leave, over the run. */
export function backlogOverTime(
  { waiting, widthMs, max, maxAtMs }: Backlog,
  untilMs: number,
  marks: readonly TimeMark[],
): ChartFigure {
  const fromS = (slice: number): number => (slice * widthMs) / 1000;
  return chartFigure(
    t('Requests waiting to leave'),
    [
      { title: t('From'), kind: 'number' },
      { title: t('Most waiting'), kind: 'number' },
    ],
    marked(marks, {
      summary: t('{0} waited at most, {1} after the start.', formatCount(max), formatS((maxAtMs ?? 0) / 1000)),
      series: [
        {
          label: t('Most waiting'),
          color: 'red',
          look: 'area',
          shape: 'steps',
          points: waiting.map((count, slice) => ({ x: fromS(slice), y: count })),
        },
      ],
      x: timeAxis(untilMs),
      y: { title: t('Requests'), format: formatCount },
      remark: t('They were due, and as many as may be were in flight.'),
      rows: waiting.map((count, slice) => [formatS(fromS(slice)), formatCount(count)]),
    }),
  );
}
