import { efficiencyByLevel } from './efficiency-by-level.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { latencyByLevel } from './latency-by-level.ts';
import type { Levels } from './level-axis.ts';
import { throughputByLevel } from './throughput-by-level.ts';
import { tradeOff } from './trade-off.ts';

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
