import { isTooShort } from '../../../src/core/metrics/rates.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import { noLimitUpTo } from '../../../src/core/record/sweeps/capacity-sentences.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../../src/core/format.ts';
import { worstOutcome } from '../../../src/core/record/sweeps/level-verdicts.ts';
import { concurrencyText, knee } from '../../../src/core/report/charts/levels.ts';
import { surelyMisses } from '../../../src/core/report/words/sweep-verdict.ts';
import { rateTiles } from './rate-tiles.ts';
import type { Tile } from '../kit/tiles.ts';

/** Returns the tiles of a sweep, capacity first. */
export function sweepTiles(sweep: SweepRecord): Tile[] {
  if (sweep.rates !== undefined) return rateTiles(sweep);
  const { figures, levels } = sweep;
  const bend = knee(sweep);
  const rates = levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0);
  const best = levels[rates.indexOf(Math.max(...rates))];
  return [
    ...capacityTiles(sweep),
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
    ...(figures.usl === null
      ? []
      : [
          {
            label: 'USL peak',
            value: concurrencyText(figures.usl.peakConcurrency),
            remark: `${formatRate(figures.usl.peakThroughputPerS)}, R² ${figures.usl.r2.toFixed(3)}`,
          },
        ]),
  ];
}

/** The capacity found, or the recommended concurrency with its figures, or why there is none. */
function capacityTiles(sweep: SweepRecord): Tile[] {
  const { figures, levels, search } = sweep;
  const { recommended } = figures;
  const found = recommended.concurrency;
  const at = levels.findLast(({ plan }) => plan.concurrency === found);
  if (found === null || at === undefined) {
    return [{ label: 'Capacity', value: 'None', remark: whyNone(sweep), unsure: true, lead: true }];
  }
  const upTo = search === undefined ? noLimitUpTo(sweep) : search.firstFailing === null ? found : null;
  const efficiency = figures.levels.findLast(({ concurrency }) => concurrency === found)?.efficiency ?? null;
  const rule =
    recommended.rule === 'trade-off'
      ? 'has a good trade-off'
      : recommended.rule === 'capacity' || worstOutcome(at) === 'pass'
        ? 'meets the objectives'
        : 'has at least 90% of its requests within the objectives';
  return [
    {
      label: 'Capacity',
      value: upTo === null ? concurrencyText(found) : `At least ${concurrencyText(upTo)}`,
      remark: upTo === null ? `highest concurrency that ${rule}` : `the highest level still ${rule}`,
      lead: true,
    },
    {
      label: 'Throughput there',
      value: formatRate(at.successThroughputPerS),
      remark:
        efficiency === null ? 'no concurrency 1 to compare with' : `${formatPercent(efficiency)} of linear scaling`,
      lead: true,
    },
    {
      label: 'p95 there',
      value: formatMs(at.successLatencyMs.p95),
      remark: `p50 ${formatMs(at.successLatencyMs.median)}`,
      unsure: at.successLatencyMs.interval95.p95 === null,
      lead: true,
    },
  ];
}

function whyNone(sweep: SweepRecord): string {
  const { figures, levels } = sweep;
  if (figures.recommended.rule !== 'trade-off') {
    return surelyMisses(sweep) ? 'no level meets the objectives' : 'no level is confirmed to meet the objectives';
  }
  const short = levels.some(({ totalMs, responses }) => isTooShort(totalMs, responses));
  if (short && figures.levels.some(({ sound }) => sound)) return 'levels are too short for advice';
  return figures.levels.some(({ concurrency }) => concurrency === 1)
    ? 'no level that succeeds has a good trade-off'
    : 'no concurrency 1 to compare with';
}
