import type { Distribution, LatencyBins } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMs, formatPercent } from '../../../src/core/format.ts';
import type { SeriesColor } from '../../theme.ts';
import { edgeFormat } from '../../../src/core/report/charts/bin-axis.ts';
import { binAxis, binPosition } from './bins.ts';
import { chartFigure, type ChartContent, type ChartFigure } from './figure.ts';

/** What a histogram is of, in words. */
export interface HistogramWords {
  readonly title: string;
  readonly color: SeriesColor;
  /** Title of the axis of times. */
  readonly time: string;
  /** What is counted, as the title of a column. */
  readonly counted: string;
  readonly summary: (distribution: Distribution) => string;
}

/** How many values were how long, with the median, p95 and p99 marked. */
export function histogram(words: HistogramWords, bins: LatencyBins, distribution: Distribution): ChartFigure {
  return chartFigure(
    words.title,
    [
      { title: 'From', kind: 'number' },
      { title: 'To', kind: 'number' },
      { title: words.counted, kind: 'number' },
      { title: 'Share', kind: 'number' },
    ],
    content(words, bins, distribution),
  );
}

function content(words: HistogramWords, { edgesMs, counts }: LatencyBins, distribution: Distribution): ChartContent {
  const edge = edgeFormat(edgesMs);
  const markers = [
    { x: distribution.median, name: 'p50' },
    { x: distribution.p95, name: 'p95' },
    { x: distribution.p99, name: 'p99' },
  ];
  return {
    summary: words.summary(distribution),
    series: [
      {
        label: words.counted,
        color: words.color,
        look: 'area',
        shape: 'bars',
        points: counts.map((count, i) => ({ x: i + 0.5, y: count })),
      },
    ],
    x: binAxis(words.time, edgesMs),
    y: { title: words.counted, format: formatCount, wholeSteps: true },
    markers: markers.flatMap(({ x, name }) =>
      x === null ? [] : [{ x: binPosition(edgesMs, x), label: `${name} ${formatMs(x)}` }],
    ),
    rows: counts.map((count, i) => [
      edge(i),
      edge(i + 1),
      formatCount(count),
      formatPercent(distribution.count === 0 ? null : count / distribution.count),
    ]),
  };
}
