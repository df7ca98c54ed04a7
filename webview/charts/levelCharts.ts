import { efficiencyByLevel } from './efficiencyByLevel.ts';
import type { ChartFigure } from './figure.ts';
import { latencyByLevel } from './latencyByLevel.ts';
import type { Levels } from './levelAxis.ts';
import { throughputByLevel } from './throughputByLevel.ts';
import { tradeOff } from './tradeOff.ts';

/** The charts of a sweep or a suite; none where there are not two different levels. */
export function levelCharts(sweep: Levels): ChartFigure[] {
  const measured = sweep.levels.filter(({ successLatencyMs }) => successLatencyMs.count > 0);
  if (new Set(measured.map(({ plan }) => plan.concurrency)).size < 2) return [];
  const efficiency = efficiencyByLevel(sweep);
  return [
    throughputByLevel(sweep),
    latencyByLevel(sweep),
    ...(efficiency === null ? [] : [efficiency]),
    tradeOff(sweep),
  ];
}
