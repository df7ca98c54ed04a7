import { expectedRuns, searchedPlan, type SearchPlan, type SearchState } from '../../plan/capacity-search.ts';
import type { TriedLevel } from '../../plan/capacity.ts';
import { capital, countOf, formatS, withoutZeros } from '../../format.ts';
import { nameOfLevel, rateName, shortNameOfLevel } from '../../record/sweeps/level-words.ts';

/** Returns why a search tries its next level, in one sentence. */
export function searchReason(plan: SearchPlan, { trials, next }: SearchState): string {
  if (next.kind === 'done') return 'The search is done.';
  const { level, reason, passing, failing } = next;
  const known = (tried: number | null): string => capital(nameOfLevel(plan.by, tried ?? level));
  switch (reason) {
    case 'start':
      return startText(plan, next);
    case 'higher':
      return `${known(passing)} passed, so the search goes up.`;
    case 'lower':
      return `${known(failing)} failed, so the search goes down.`;
    case 'between':
      return `${known(passing)} passed and ${shortNameOfLevel(plan.by, failing ?? level)} failed, so the search tries the middle.`;
    case 'again':
      return trials.filter((trial) => trial.level === level).length > 1
        ? `Two runs at ${nameOfLevel(plan.by, level)} disagree, so a third one decides.`
        : `The run at ${nameOfLevel(plan.by, level)} was undecided, so it's measured again.`;
    case 'confirm':
      return `${known(level)} is at the boundary, so a second run confirms that it ${level === passing ? 'passes' : 'fails'}.`;
  }
}

function startText(plan: SearchPlan, { level }: TriedLevel): string {
  const start =
    level === Infinity
      ? 'All requests at once show the highest throughput. The search starts at half of it.'
      : plan.by === 'concurrency' || plan.range.includes(level)
        ? `The search starts at ${nameOfLevel(plan.by, level)}.`
        : 'The search starts at half of the throughput of all requests at once.';
  return `${start} ${lengthText(plan, level)}`;
}

const shortS = (seconds: number): string => withoutZeros(formatS(seconds)).replace(/ 00 s$/, '');

/**
 * `Expected: about 9 runs of at least 59 s, 9 min or more in total.` Rates above all requests at once don't last, so the
 * shortest run of a search by rate is at most at twice its first rate.
 */
function lengthText(plan: SearchPlan, level: number): string {
  const { by, range, coolDownMs } = plan;
  const runs = expectedRuns(plan, level);
  const { durationS, requests } = searchedPlan(plan, by === 'rate' ? Math.min(range[1], 2 * level) : level);
  const expected = `Expected: about ${countOf(runs, 'run')} of at least`;
  if (durationS === null) return `${expected} ${countOf(requests, 'request')}.`;
  const minutes = Math.ceil((runs * (durationS + coolDownMs / 1000)) / 60);
  const total = `${expected} ${shortS(durationS)}, ${shortS(60 * minutes)} or more in total.`;
  const hasLonger = level === Infinity && (searchedPlan(plan, range[0]).durationS ?? 0) > durationS;
  const { requests: needed } = searchedPlan(plan, level);
  return hasLonger && needed !== null ? `${total} Below ${rateName(needed / durationS)}, runs are longer.` : total;
}
