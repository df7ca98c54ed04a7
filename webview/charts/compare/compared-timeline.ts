import { slices } from '../../../src/core/metrics/slices.ts';
import { timelineEndMs } from '../../../src/core/metrics/timeline.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatMs, formatMsRange, formatS } from '../../../src/core/format.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';
import { extremes, middleS, timeAxis } from '../kit/slices.ts';

/** The 95th percentile of two runs over the time since each started. */
export function comparedTimeline(before: RunRecord, after: RunRecord): ChartFigure {
  const first = slices(before.timeline, timelineEndMs(before));
  const second = slices(after.timeline, timelineEndMs(after));
  const range = (of: typeof first) => {
    const found = extremes(of.map((slice) => slice.p95Ms));
    return found === null ? '–' : formatMsRange(found.min, found.max).join(' to ');
  };
  return chartFigure(
    'p95 over time',
    [
      { title: 'Run', kind: 'words' },
      { title: 'From', kind: 'number' },
      { title: 'p95', kind: 'number' },
    ],
    {
      summary: `Slice by slice, p95 before: ${range(first)}; after: ${range(second)}.`,
      series: [
        {
          label: 'Before',
          color: 'blue',
          look: 'line',
          points: first.map((slice) => ({ x: middleS(slice), y: slice.p95Ms })),
        },
        {
          label: 'After',
          color: 'yellow',
          look: 'dashed',
          points: second.map((slice) => ({ x: middleS(slice), y: slice.p95Ms })),
        },
      ],
      x: timeAxis(Math.max(timelineEndMs(before), timelineEndMs(after))),
      y: { title: 'p95', format: formatMs },
      rows: [
        ...first.map((slice) => ['Before', formatS(slice.fromMs / 1000), formatMs(slice.p95Ms)]),
        ...second.map((slice) => ['After', formatS(slice.fromMs / 1000), formatMs(slice.p95Ms)]),
      ],
    },
  );
}
