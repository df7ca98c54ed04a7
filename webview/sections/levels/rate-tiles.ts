import { formatMs, formatRate, noValue } from '../../../src/core/format.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import { rateName } from '../../../src/core/record/sweeps/level-words.ts';
import {
  achievedPerS,
  fastestLevel,
  holds,
  isHighestJudged,
  isOverSaturated,
  keptUp,
  rateOf,
  toleranceText,
} from '../../../src/core/record/sweeps/rate-levels.ts';
import { headlineTime } from '../../../src/core/report/words/headline.ts';
import type { Tile } from '../kit/tiles.ts';

/** Returns the tiles of a sweep over arrival rates: the highest rate that holds first. */
export function rateTiles({ levels, rateSearch }: Pick<SweepRecord, 'levels' | 'rateSearch'>): Tile[] {
  const finite = levels.filter((level) => rateOf(level) < Infinity);
  const judged = finite.some(({ objectives }) => objectives.length > 0);
  const good =
    rateSearch === undefined
      ? finite.findLast(judged ? holds : keptUp)
      : finite.findLast((level) => rateOf(level) === rateSearch.capacityPerS);
  const fastest = fastestLevel(levels);
  const time = good && headlineTime(good, 'p95').first.times;
  return [
    {
      label: 'Capacity',
      value: good === undefined ? 'None' : rateName(rateOf(good)),
      remark: judged
        ? 'highest tested rate that meets the objectives'
        : `highest tested rate that the server kept up with${good === undefined ? '' : toleranceText(good, levels)}`,
      unsure: good === undefined,
      lead: true,
    },
    {
      label: 'Response time p95 there',
      value: formatMs(time?.p95 ?? null),
      remark: `p50 ${formatMs(time?.median ?? null)}`,
      unsure: time?.interval95.p95 === null,
      lead: true,
    },
    {
      label: 'Highest achieved rate',
      value: formatRate(fastest === undefined ? null : achievedPerS(fastest)),
      remark: fastest === undefined ? 'no level with 90% successes' : `at ${rateName(rateOf(fastest))}`,
      lead: true,
    },
    {
      label: 'Over-saturated',
      ...saturationOf(finite),
      lead: true,
    },
  ];
}

/** Returns from which rate the server was over-saturated, if the levels are long enough to tell. */
function saturationOf(finite: readonly RunRecord[]): Pick<Tile, 'value' | 'remark'> {
  const over = finite.find(isOverSaturated);
  if (over !== undefined) {
    return { value: `From ${rateName(rateOf(over))}`, remark: `achieved ${formatRate(achievedPerS(over))}` };
  }
  return isHighestJudged(finite)
    ? { value: 'No', remark: 'not at a tested rate' }
    : { value: noValue, remark: 'levels are too short to tell' };
}
