import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatMs, formatPercent } from '../../../src/core/format.ts';
import { edgeFormat } from '../../../src/core/report/charts/bin-axis.ts';
import { binAxis, sharedBins } from '../kit/bins.ts';
import { chartFigure, type ChartFigure } from '../kit/figure.ts';

/** The latencies of two runs laid over each other, as shares of their responses. */
export function comparedHistogram(before: RunRecord, after: RunRecord): ChartFigure {
  const bins = sharedBins(before.latencyBins, after.latencyBins);
  const edge = edgeFormat(bins.edgesMs);
  return chartFigure(
    'Latency, all responses',
    [
      { title: 'From', kind: 'number' },
      { title: 'To', kind: 'number' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
    ],
    {
      summary: `Before, half of the responses took at most ${formatMs(before.latencyMs.median)} and 95% at most ${formatMs(before.latencyMs.p95)}; after, ${formatMs(after.latencyMs.median)} and ${formatMs(after.latencyMs.p95)}.`,
      series: [
        { label: 'Before', color: 'blue', look: 'area', shape: 'steps', points: steps(bins.before) },
        { label: 'After', color: 'yellow', look: 'dashed', shape: 'steps', points: steps(bins.after) },
      ],
      x: binAxis('Latency', bins.edgesMs),
      y: { title: 'Share of responses', format: formatPercent },
      rows: bins.before.map((share, i) => [
        edge(i),
        edge(i + 1),
        formatPercent(share),
        formatPercent(bins.after[i] ?? null),
      ]),
    },
  );
}

/** The last value is drawn twice, so that the last bin has its width. */
function steps(shares: readonly number[]): { x: number; y: number }[] {
  return [...shares, ...shares.slice(-1)].map((share, i) => ({ x: i, y: share }));
}
