import { formatMs, formatRate } from '../../../format.ts';
import { neededByLevels, unjudgedLevels, worstOutcome } from '../../../record/sweeps/level-verdicts.ts';
import { closeSentences, levelName } from '../../../record/sweeps/level-words.ts';
import { operatingPointOf } from '../../../record/sweeps/operating-point.ts';
import { searchOf } from '../../../record/sweeps/search-of.ts';
import type { SweepRecord } from '../../../record/sweeps/sweep.ts';

/** Returns one sentence on the best operating point of a language model server; none where nothing was streamed. */
export function operatingSentences(sweep: Pick<SweepRecord, 'levels' | 'figures' | 'search' | 'rateSearch'>): string[] {
  const point = operatingPointOf(sweep);
  if (point === null) {
    if (searchOf(sweep) !== undefined) return [];
    const judged = sweep.levels.filter(({ ttftMs, goodputPerS }) => ttftMs !== undefined && goodputPerS !== null);
    if (judged.length === 0 || unjudgedLevels(judged).length > 0) return [];
    const unsure = judged.filter((level) => worstOutcome(level) === 'not enough data');
    const why =
      unsure.length === 0
        ? 'no level meets all objectives'
        : `too few requests to judge all levels${neededByLevels(unsure, ', because ')}`;
    return [`No best operating point: ${why}.`];
  }
  const { level, rule, isHighest, near } = point;
  const name = levelName(level.plan);
  const what = {
    goodput: `Best operating point: ${name}, the highest goodput within all objectives (${formatRate(level.goodputPerS)})`,
    // Not the best one: nothing says what is good enough.
    'trade-off': `Operating point: ${name}, the highest with a good trade-off`,
    capacity: `Operating point at the capacity, ${name}`,
  }[rule];
  const figures = [
    formatRate(level.outputTokensPerS, 'tokens'),
    ...(level.userTokensPerS === undefined ? [] : [`${formatRate(level.userTokensPerS.mean, 'tokens')} per user`]),
    `TTFT p95 ${formatMs(level.ttftMs?.p95 ?? null)}`,
    `TPOT p95 ${formatMs(level.tpotMs?.p95 ?? null)}`,
  ].join(', ');
  return [
    [
      `${what}: ${figures}.`,
      ...closeSentences(
        near.map(({ plan }) => plan),
        'goodput',
      ),
      ...(isHighest && rule !== 'capacity' ? ["No higher level was measured, so it isn't known to be the limit."] : []),
    ].join(' '),
  ];
}
