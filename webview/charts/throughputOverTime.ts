import { t } from '@vscode/l10n';
import type { Timeline } from '../../src/core/metrics/types.ts';
import { formatRate, formatS } from '../../src/core/report/format.ts';
import { chartFigure, type ChartContent, type ChartFigure } from './figure.ts';
import { extremes, middleS, slices } from './slices.ts';

/** Responses per second in each slice of the run, and failed requests per second where there are any. */
export function throughputOverTime(timeline: Timeline, untilMs: number): ChartFigure {
  return chartFigure(
    t('Throughput over time'),
    [
      { title: t('From'), kind: 'number' },
      { title: t('Responses per second'), kind: 'number' },
      { title: t('Failures per second'), kind: 'number' },
    ],
    throughputOverTimeContent(timeline, untilMs),
  );
}

/** What the chart shows of a run that has come this far. */
export function throughputOverTimeContent(timeline: Timeline, untilMs: number): ChartContent {
  const whole = slices(timeline, untilMs);
  const rates = extremes(whole.map((slice) => slice.responsesPerS));
  return {
    summary:
      rates === null
        ? t('There is no response to show yet.')
        : t(
            'In slices of {0}, throughput lay between {1} and {2}.',
            formatS(timeline.widthMs / 1000),
            formatRate(rates.min),
            formatRate(rates.max),
          ),
    series: [
      ...(whole.some((slice) => slice.failuresPerS > 0)
        ? [
            {
              label: t('Failures'),
              color: 'red' as const,
              look: 'dashed' as const,
              points: whole.map((slice) => ({ x: middleS(slice), y: slice.failuresPerS })),
            },
          ]
        : []),
      {
        label: t('Responses'),
        color: 'green',
        look: 'area',
        points: whole.map((slice) => ({ x: middleS(slice), y: slice.responsesPerS })),
      },
    ],
    x: { title: t('Time since the start'), format: formatS, min: 0 },
    y: { title: t('Per second'), format: formatRate },
    rows: whole.map((slice) => [
      formatS(slice.fromMs / 1000),
      formatRate(slice.responsesPerS),
      formatRate(slice.failuresPerS),
    ]),
  };
}
