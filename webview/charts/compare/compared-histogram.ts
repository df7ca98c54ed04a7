import { t } from '@vscode/l10n';
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
    t('Latency, all responses'),
    [
      { title: t('From'), kind: 'number' },
      { title: t('To'), kind: 'number' },
      { title: t('Before'), kind: 'number' },
      { title: t('After'), kind: 'number' },
    ],
    {
      summary: t(
        'Before, half of the responses took at most {0} and 95% at most {1}; after, {2} and {3}.',
        formatMs(before.latencyMs.median),
        formatMs(before.latencyMs.p95),
        formatMs(after.latencyMs.median),
        formatMs(after.latencyMs.p95),
      ),
      series: [
        { label: t('Before'), color: 'blue', look: 'area', shape: 'steps', points: steps(bins.before) },
        { label: t('After'), color: 'yellow', look: 'dashed', shape: 'steps', points: steps(bins.after) },
      ],
      x: binAxis(t('Latency'), bins.edgesMs),
      y: { title: t('Share of responses'), format: formatPercent },
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
