import { formatCount, formatPercent } from '../../../src/core/format.ts';
import { chartFigure, type ChartFigure, type Series } from '../kit/figure.ts';
import { levelAxis, levelMarkers, levelPosition, type Levels } from './level-axis.ts';

/** How much of perfect scaling each level reaches; null where there is no level 1 to compare with. */
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
      { title: 'At once', kind: 'number' },
      { title: 'Of requests', kind: 'number' },
      { title: 'Of tokens', kind: 'number' },
    ],
    {
      summary: `At ${formatCount(last.concurrency)} at once, throughput is ${formatPercent(last.efficiency)} of what perfect scaling would give.`,
      series: levels.some(differs) ? [requests, tokens] : [requests],
      x: levelAxis(sweep),
      y: { title: 'Share of perfect scaling', format: formatPercent },
      markers: levelMarkers(sweep),
      rows: levels.map(({ concurrency, efficiency, ofTokens }) => [
        formatCount(concurrency),
        formatPercent(efficiency),
        formatPercent(ofTokens),
      ]),
    },
  );
}

/** Where every answer has as many tokens as the next, both lines are one. */
function differs({
  efficiency,
  ofTokens,
}: {
  readonly efficiency: number | null;
  readonly ofTokens: number | null;
}): boolean {
  return ofTokens !== null && Math.abs(ofTokens - (efficiency ?? 0)) > 0.01;
}
