import { slices } from '../../../src/core/metrics/slices.ts';
import type { Timeline } from '../../../src/core/metrics/types.ts';
import { formatMs, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import { chartFigure, type ChartContent, type ChartFigure } from '../kit/figure.ts';
import { extremes, marked, middleS, sliceWords, timeAxis } from '../kit/slices.ts';

/** Median and 95th percentile of each slice of the run. */
export function latencyOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartFigure {
  return chartFigure(
    'Latency over time',
    [
      { title: 'From', kind: 'number' },
      { title: 'Median', kind: 'number' },
      { title: 'p95', kind: 'number' },
    ],
    latencyOverTimeContent(timeline, untilMs, marks),
  );
}

/** What the chart shows of a run that has come this far. */
export function latencyOverTimeContent(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartContent {
  const whole = slices(timeline, untilMs);
  const p95 = extremes(whole.map((slice) => slice.p95Ms));
  return marked(marks, {
    summary:
      p95 === null
        ? 'No response yet.'
        : `Slice by slice, the 95th percentile lay between ${formatMs(p95.min)} and ${formatMs(p95.max)}.`,
    series: [
      {
        label: 'Median',
        color: 'blue',
        look: 'line',
        points: whole.map((slice) => ({ x: middleS(slice), y: slice.medianMs })),
      },
      {
        label: 'p95',
        color: 'yellow',
        look: 'dashed',
        points: whole.map((slice) => ({ x: middleS(slice), y: slice.p95Ms })),
      },
    ],
    x: timeAxis(untilMs),
    y: { title: 'Latency', format: formatMs },
    remark: sliceWords(whole),
    rows: whole.map((slice) => [formatS(slice.fromMs / 1000), formatMs(slice.medianMs), formatMs(slice.p95Ms)]),
  });
}
