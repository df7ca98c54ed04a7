import { perS, rateSlices, type Slice } from '../../../src/core/metrics/slices.ts';
import type { Timeline } from '../../../src/core/metrics/types.ts';
import { formatNumber, formatRate, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import { chartFigure, type ChartContent, type ChartFigure, type Series } from '../kit/figure.ts';
import { extremes, marked, sliceWords, timeAxis } from '../kit/slices.ts';

/** Responses per second in each slice of the run, and failed requests per second where there are any. */
export function throughputOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartFigure {
  return chartFigure(
    'Throughput over time',
    [
      { title: 'From', kind: 'number' },
      { title: 'Responses', kind: 'number' },
      { title: 'Failed requests', kind: 'number' },
    ],
    throughputOverTimeContent(timeline, untilMs, marks),
  );
}

/** What the chart shows of a run that has come this far. */
export function throughputOverTimeContent(
  timeline: Timeline,
  untilMs: number,
  marks: readonly TimeMark[],
): ChartContent {
  const whole = rateSlices(timeline, untilMs);
  const rates = extremes(whole.map((slice) => perS(slice.responses, slice)));
  const responses: Series = {
    label: 'Responses',
    color: 'green',
    look: 'area',
    shape: 'steps',
    points: steps(whole, ({ responses: count }) => count),
  };
  const failures: Series = {
    label: 'Failed requests',
    color: 'red',
    look: 'dashed',
    shape: 'steps',
    points: steps(whole, ({ failures: count }) => count),
  };
  return marked(marks, {
    summary:
      rates === null
        ? 'No response yet.'
        : `Slice by slice, throughput lay between ${formatRate(rates.min)} and ${formatRate(rates.max)}.`,
    series: whole.some((slice) => slice.failures > 0) ? [responses, failures] : [responses],
    x: {
      ...timeAxis(untilMs),
      pointed: (atS) => {
        const slice = whole.findLast(({ fromMs }) => fromMs / 1000 <= atS);
        return slice === undefined ? '' : `${formatS(slice.fromMs / 1000)} to ${formatS(endS(slice))}`;
      },
    },
    y: { title: 'Per second', format: formatNumber },
    remark: sliceWords(whole),
    rows: whole.map((slice) => [
      formatS(slice.fromMs / 1000),
      formatRate(perS(slice.responses, slice)),
      formatRate(perS(slice.failures, slice)),
    ]),
  });
}

/** A rate holds for its slice: a line from middle to middle would show a slope that nobody measured. The last is drawn twice, so that its slice has its width. */
function steps(whole: readonly Slice[], count: (slice: Slice) => number): Series['points'] {
  const last = whole.at(-1);
  const points = whole.map((slice) => ({ x: slice.fromMs / 1000, y: perS(count(slice), slice) }));
  return last === undefined ? points : [...points, { x: endS(last), y: perS(count(last), last) }];
}

function endS({ fromMs, widthMs }: Slice): number {
  return (fromMs + widthMs) / 1000;
}
