import { formatCount, formatPercent } from '../../../src/core/format.ts';
import { chartFigure, type ChartFigure, type Series } from '../kit/figure.ts';
import { levelAxis, levelMarkers, levelPosition, type Levels } from './level-axis.ts';

/** Creates the chart of efficiency by level; null without a level of concurrency 1. */
export function efficiencyByLevel(sweep: Levels): ChartFigure | null {
  const levels = sweep.figures.levels.map(({ concurrency, efficiency, tokenScalingFactor }) => ({
    concurrency,
    x: levelPosition(concurrency),
    efficiency,
    ofTokens: tokenScalingFactor === null ? null : tokenScalingFactor / concurrency,
  }));
  const last = levels.at(-1);
  if (last === undefined || levels.every(({ efficiency }) => efficiency === null)) return null;
  const requests: Series = {
    label: 'Of requests',
    color: 'green',
    look: 'line',
    dots: true,
    points: levels.map(({ x, efficiency }) => ({ x, y: efficiency })),
  };
  const tokens: Series = {
    label: 'Of tokens',
    color: 'purple',
    look: 'dashed',
    dots: true,
    points: levels.map(({ x, ofTokens }) => ({ x, y: ofTokens })),
  };
  return chartFigure(
    'Efficiency by concurrency',
    [
      { title: 'Concurrency', kind: 'number' },
      { title: 'Of requests', kind: 'number' },
      { title: 'Of tokens', kind: 'number' },
    ],
    {
      summary: `At concurrency ${formatCount(last.concurrency)}, throughput is ${formatPercent(last.efficiency)} of linear scaling.`,
      series: levels.some(differs) ? [requests, tokens] : [requests],
      x: levelAxis(sweep),
      y: { title: 'Share of linear scaling', format: formatPercent },
      markers: levelMarkers(sweep),
      rows: levels.map(({ concurrency, efficiency, ofTokens }) => [
        formatCount(concurrency),
        formatPercent(efficiency),
        formatPercent(ofTokens),
      ]),
    },
  );
}

/** Returns true if the efficiency of tokens differs: if all responses have equally many tokens, both lines are the same. */
function differs({
  efficiency,
  ofTokens,
}: {
  readonly efficiency: number | null;
  readonly ofTokens: number | null;
}): boolean {
  return ofTokens !== null && Math.abs(ofTokens - (efficiency ?? 0)) > 0.01;
}
