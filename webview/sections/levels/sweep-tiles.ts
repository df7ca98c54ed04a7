import { t } from '@vscode/l10n';
import type { SweepFigures } from '../../../src/core/metrics/levels.ts';
import type { SweepRecord } from '../../../src/core/record/sweep.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../../src/core/format.ts';
import { atOnceWords, knee } from '../../charts/levels/level-axis.ts';
import type { Tile } from '../kit/tiles.ts';

/** The numbers that a sweep is judged by. */
export function sweepTiles(sweep: SweepRecord): Tile[] {
  const { figures, levels } = sweep;
  const bend = knee(sweep);
  const rates = levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0);
  const best = levels[rates.indexOf(Math.max(...rates))];
  return [
    ...recommendedTiles(sweep),
    {
      label: t('Knee'),
      value: atOnceWords(bend),
      remark: bend === null ? t('not reached by these levels') : t('most throughput for its latency'),
    },
    {
      label: t('Most throughput'),
      value: formatRate(best?.successThroughputPerS ?? null),
      remark: t('at {0} at once', formatCount(best?.plan.concurrency ?? null)),
    },
    {
      label: t('Peak by the law'),
      value: atOnceWords(figures.usl?.peakConcurrency ?? null),
      remark:
        figures.usl === null
          ? t('not shown: see below')
          : t('{0}, R² {1}', formatRate(figures.usl.peakThroughputPerS), figures.usl.r2.toFixed(3)),
    },
  ];
}

/** What is recommended and what to expect there; why there is nothing, where nothing is. */
function recommendedTiles({ figures, levels }: SweepRecord): Tile[] {
  const { concurrency: recommended, rule } = figures.recommended;
  const at = levels.findLast(({ plan }) => plan.concurrency === recommended);
  if (at === undefined) return [{ label: t('Recommended'), value: t('None'), remark: whyNone(figures), unsure: true }];
  const efficiency = figures.levels.findLast(({ concurrency }) => concurrency === recommended)?.efficiency ?? null;
  return [
    {
      label: t('Recommended'),
      value: atOnceWords(recommended),
      remark: rule === 'objectives' ? t('largest that meets the objectives') : t('largest with a good trade-off'),
    },
    {
      label: t('Throughput there'),
      value: formatRate(at.successThroughputPerS),
      remark:
        efficiency === null ? t('nothing at level 1 to compare with') : t('{0} of perfect', formatPercent(efficiency)),
    },
    {
      label: t('p95 there'),
      value: formatMs(at.successLatencyMs.p95),
      remark: t('median {0}', formatMs(at.successLatencyMs.median)),
      unsure: at.successLatencyMs.interval95.p95 === null,
    },
  ];
}

function whyNone({ recommended, levels }: SweepFigures): string {
  if (recommended.rule === 'objectives') return t('no level meets the objectives');
  return levels.some(({ concurrency }) => concurrency === 1)
    ? t('no level that succeeds has a good trade-off')
    : t('no level 1 to compare with');
}
