import { capital } from '../../format.ts';
import { holds } from '../../record/sweeps/rate-levels.ts';
import { searchOf, surelyFails } from '../../record/sweeps/search-of.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { isUnjudged } from '../../values/objectives.ts';
import { operatingSentences } from './llm/operating-point.ts';
import { limitSentences } from './llm/sweep-limit.ts';
import { outcomeOfAll, outcomeWords } from './outcome-words.ts';
import type { RunVerdict } from './verdict.ts';

/** Number of sentences on capacity in the verdict: the capacity, and what limits it. */
const inVerdict = 2;

/** Returns the verdict on a sweep: the concurrency that the server can handle, and what limits it. */
export function sweepVerdict(sweep: SweepRecord): RunVerdict {
  return { ...badgeOf(sweep), sentence: sweep.capacity.slice(0, inVerdict).join(' ') };
}

/** Returns whether a level met all objectives, which any level does without objectives. */
export function someLevelMeets(sweep: SweepRecord): boolean {
  const { levels, rates } = sweep;
  const search = searchOf(sweep);
  if (search !== undefined) return search.capacity !== null;
  return rates === undefined
    ? levels.some(({ objectives }) => objectives.every(({ outcome }) => outcome === 'pass'))
    : levels.some(({ objectives }) => objectives.length === 0) || levels.some(holds);
}

/** Returns whether a level failed for sure; of a search, the lowest one that doesn't hold. */
export function surelyMisses(sweep: SweepRecord): boolean {
  const search = searchOf(sweep);
  return search === undefined
    ? sweep.levels.some(({ objectives }) => objectives.some(({ outcome }) => outcome === 'fail'))
    : surelyFails(search);
}

function badgeOf(sweep: SweepRecord): Pick<RunVerdict, 'label' | 'tone'> {
  const outcome = outcomeOfAll(sweep.status, sweep.levels);
  const { label, tone } = outcomeWords[outcome];
  const ended = outcome === 'completed' || outcome === 'withFailures' || outcome === 'objectiveMissed';
  if (ended && sweep.levels.length > 0 && !someLevelMeets(sweep)) {
    if (surelyMisses(sweep)) return { label: 'Failed', tone: 'bad' };
    const unjudged = sweep.levels.every((level) => level.objectives.some(isUnjudged));
    return { label: unjudged ? 'Not judged' : 'Not enough data', tone: 'warning' };
  }
  return { label: capital(label), tone: tone === 'good' ? 'plain' : tone };
}

/** Returns what follows the verdict: the rest on capacity, and where and why a language model server reaches its limit. */
export const furtherSentences = (sweep: SweepRecord): readonly string[] => [
  ...sweep.capacity.slice(inVerdict),
  ...operatingSentences(sweep),
  ...limitSentences(sweep),
];
