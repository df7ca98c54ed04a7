import { perS, rateSlices } from '../../../src/core/metrics/slices.ts';
import type { Timeline } from '../../../src/core/metrics/types.ts';
import { formatNumber, formatRate, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import { chartFigure, type ChartContent, type ChartFigure } from '../kit/figure.ts';
import { extremes, marked, middleS, sliceWords, timeAxis } from '../kit/slices.ts';

/** Output tokens per second in each slice of the run, by when they arrived. */
export function tokensOverTime(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartFigure {
  return chartFigure(
    'Output tokens over time',
    [
      { title: 'From', kind: 'number' },
      { title: 'Tokens', kind: 'number' },
    ],
    tokensOverTimeContent(timeline, untilMs, marks),
  );
}

/** What the chart shows of a run that has come this far. */
export function tokensOverTimeContent(timeline: Timeline, untilMs: number, marks: readonly TimeMark[]): ChartContent {
  const whole = rateSlices(timeline, untilMs);
  const rates = whole.map((slice) => perS(slice.outputTokens, slice));
  const found = extremes(rates);
  return marked(marks, {
    summary:
      found === null
        ? 'No token yet.'
        : `Slice by slice, between ${tokenRate(found.min)} and ${tokenRate(found.max)} arrived.`,
    series: [
      {
        label: 'Output tokens',
        color: 'green',
        look: 'area',
        points: whole.map((slice, i) => ({ x: middleS(slice), y: rates[i] ?? null })),
      },
    ],
    x: timeAxis(untilMs),
    y: { title: 'Tokens per second', format: formatNumber },
    remark: sliceWords(whole),
    rows: whole.map((slice, i) => [formatS(slice.fromMs / 1000), tokenRate(rates[i] ?? null)]),
  });
}

function tokenRate(perSecond: number | null): string {
  return formatRate(perSecond, 'tokens');
}
