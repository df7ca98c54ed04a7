import { t } from '@vscode/l10n';
import type { Timeline } from '../../src/core/metrics/types.ts';
import { formatNumber, formatRate, formatS } from '../../src/core/report/format.ts';
import { chartFigure, type ChartContent, type ChartFigure, type Series } from './figure.ts';
import { extremes, middleS, perS, slices, sliceWords, timeAxis } from './slices.ts';

/** Responses per second in each slice of the run, and failed requests per second where there are any. */
export function throughputOverTime(timeline: Timeline, untilMs: number): ChartFigure {
  return chartFigure(
    t('Throughput over time'),
    [
      { title: t('From'), kind: 'number' },
      { title: t('Responses'), kind: 'number' },
      { title: t('Failed requests'), kind: 'number' },
    ],
    throughputOverTimeContent(timeline, untilMs),
  );
}

/** What the chart shows of a run that has come this far. */
export function throughputOverTimeContent(timeline: Timeline, untilMs: number): ChartContent {
  const whole = slices(timeline, untilMs);
  const rates = extremes(whole.map((slice) => perS(slice.responses, slice)));
  const responses: Series = {
    label: t('Responses'),
    color: 'green',
    look: 'area',
    points: whole.map((slice) => ({ x: middleS(slice), y: perS(slice.responses, slice) })),
  };
  const failures: Series = {
    label: t('Failed requests'),
    color: 'red',
    look: 'dashed',
    points: whole.map((slice) => ({ x: middleS(slice), y: perS(slice.failures, slice) })),
  };
  return {
    summary:
      rates === null
        ? t('There is no response to show yet.')
        : t('Slice by slice, throughput lay between {0} and {1}.', formatRate(rates.min), formatRate(rates.max)),
    series: whole.some((slice) => slice.failures > 0) ? [responses, failures] : [responses],
    x: timeAxis(untilMs),
    y: { title: t('Per second'), format: formatNumber },
    remark: sliceWords(whole),
    rows: whole.map((slice) => [
      formatS(slice.fromMs / 1000),
      formatRate(perS(slice.responses, slice)),
      formatRate(perS(slice.failures, slice)),
    ]),
  };
}
