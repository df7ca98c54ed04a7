import { succeeds } from '../../../metrics/levels.ts';
import type { RunRecord } from '../../../record/run.ts';
import { levelName } from '../../../record/sweeps/level-words.ts';
import { isOverSaturated, loadOf } from '../../../record/sweeps/rate-levels.ts';
import type { SweepRecord } from '../../../record/sweeps/sweep.ts';
import { bottleneckOf } from '../bottleneck.ts';

/**
 * Returns one sentence on what limits the server of a sweep, from its metrics at the lowest level that it couldn't handle.
 * Without objectives, concurrency has no such level, so the highest one counts. None if no level has a bottleneck.
 */
export function limitSentences({ levels, rates }: Pick<SweepRecord, 'levels' | 'rates'>): string[] {
  const byLoad = levels.toSorted((a, b) => loadOf(a) - loadOf(b));
  const beyond = byLoad.filter(isBeyond);
  const isJudged = levels.some(({ objectives }) => objectives.length > 0);
  const limits = beyond.length > 0 ? beyond : isJudged || rates !== undefined ? [] : byLoad.slice(-1);
  for (const level of limits) {
    const found = bottleneckOf(level);
    if (found !== null) return [found.sentence.replace('Bottleneck', `Bottleneck at ${levelName(level.plan)}`)];
  }
  return [];
}

/** Returns whether a level was more than the server could handle. */
const isBeyond = (level: RunRecord): boolean =>
  level.objectives.some(({ outcome }) => outcome === 'fail') || isOverSaturated(level) || !succeeds(level);
