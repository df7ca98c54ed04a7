import type { SweepFigures } from '../../../src/core/metrics/levels.ts';
import type { SweepRecord } from '../../../src/core/record/sweep.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../../src/core/format.ts';
import { concurrencyText, knee } from '../../../src/core/report/charts/levels.ts';
import type { Tile } from '../kit/tiles.ts';

/** Returns the tiles of a sweep. */
export function sweepTiles(sweep: SweepRecord): Tile[] {
  const { figures, levels } = sweep;
  const bend = knee(sweep);
  const rates = levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0);
  const best = levels[rates.indexOf(Math.max(...rates))];
  return [
    ...recommendedTiles(sweep),
    {
      label: 'Knee',
      value: concurrencyText(bend),
      remark: bend === null ? 'beyond tested range' : 'most throughput for its latency',
    },
    {
      label: 'Max throughput',
      value: formatRate(best?.successThroughputPerS ?? null),
      remark: `at concurrency ${formatCount(best?.plan.concurrency ?? null)}`,
    },
    {
      label: 'USL peak',
      value: concurrencyText(figures.usl?.peakConcurrency ?? null),
      remark:
        figures.usl === null
          ? 'not shown: see below'
          : `${formatRate(figures.usl.peakThroughputPerS)}, R² ${figures.usl.r2.toFixed(3)}`,
    },
  ];
}

/** Returns the tiles of the recommended concurrency, or why there is none. */
function recommendedTiles({ figures, levels }: SweepRecord): Tile[] {
  const { concurrency: recommended, rule } = figures.recommended;
  const at = levels.findLast(({ plan }) => plan.concurrency === recommended);
  if (at === undefined) return [{ label: 'Recommended', value: 'None', remark: whyNone(figures), unsure: true }];
  const efficiency = figures.levels.findLast(({ concurrency }) => concurrency === recommended)?.efficiency ?? null;
  return [
    {
      label: 'Recommended',
      value: concurrencyText(recommended),
      remark: rule === 'objectives' ? 'largest that meets the objectives' : 'largest with a good trade-off',
    },
    {
      label: 'Throughput there',
      value: formatRate(at.successThroughputPerS),
      remark:
        efficiency === null ? 'no concurrency 1 to compare with' : `${formatPercent(efficiency)} of linear scaling`,
    },
    {
      label: 'p95 there',
      value: formatMs(at.successLatencyMs.p95),
      remark: `p50 ${formatMs(at.successLatencyMs.median)}`,
      unsure: at.successLatencyMs.interval95.p95 === null,
    },
  ];
}

function whyNone({ recommended, levels }: SweepFigures): string {
  if (recommended.rule === 'objectives') return 'no level meets the objectives';
  return levels.some(({ concurrency }) => concurrency === 1)
    ? 'no level that succeeds has a good trade-off'
    : 'no concurrency 1 to compare with';
}
