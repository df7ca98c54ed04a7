import { t } from '@vscode/l10n';
import type { RunRecord } from '../../src/core/report/types.ts';
import { formatCount, formatMs, formatPercent } from '../../src/core/report/format.ts';
import { binPosition, edgeFormat } from './bins.ts';
import { chartFigure, type ChartContent, type ChartFigure } from './figure.ts';

/** How many responses took how long, with the median, p95 and p99 marked. */
export function latencyHistogram(record: RunRecord): ChartFigure {
  return chartFigure(
    t('Latency, all responses'),
    [
      { title: t('From'), kind: 'number' },
      { title: t('To'), kind: 'number' },
      { title: t('Responses'), kind: 'number' },
      { title: t('Share'), kind: 'number' },
    ],
    content(record),
  );
}

function content({ latencyBins, latencyMs }: RunRecord): ChartContent {
  const { edgesMs, counts } = latencyBins;
  const edge = edgeFormat(edgesMs);
  const markers = [
    { x: latencyMs.median, name: 'p50' },
    { x: latencyMs.p95, name: 'p95' },
    { x: latencyMs.p99, name: 'p99' },
  ];
  return {
    summary:
      latencyMs.count === 0
        ? t('There is no response to show.')
        : t(
            '{0} responses between {1} and {2}; half took at most {3}, 95% at most {4}.',
            formatCount(latencyMs.count),
            formatMs(latencyMs.min),
            formatMs(latencyMs.max),
            formatMs(latencyMs.median),
            formatMs(latencyMs.p95),
          ),
    series: [
      {
        label: t('Responses'),
        color: 'blue',
        look: 'area',
        shape: 'bars',
        points: counts.map((count, i) => ({ x: i + 0.5, y: count })),
      },
    ],
    x: {
      title: t('Latency'),
      format: edge,
      pointed: (middle) => t('{0} to {1}', edge(middle - 0.5), edge(middle + 0.5)),
      min: 0,
      max: Math.max(1, counts.length),
      wholeSteps: true,
    },
    y: { title: t('Responses'), format: formatCount, wholeSteps: true },
    markers: markers.flatMap(({ x, name }) =>
      x === null ? [] : [{ x: binPosition(edgesMs, x), label: `${name} ${formatMs(x)}` }],
    ),
    rows: counts.map((count, i) => [
      edge(i),
      edge(i + 1),
      formatCount(count),
      formatPercent(latencyMs.count === 0 ? null : count / latencyMs.count),
    ]),
  };
}
