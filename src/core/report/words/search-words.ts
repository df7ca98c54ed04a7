import { expectedRuns, searchedPlan, type SearchPlan, type SearchState } from '../../plan/capacity-search.ts';
import type { LevelTrial, TriedLevel } from '../../plan/capacity.ts';
import { capital, countOf, formatCount, formatNumber, formatS, withoutZeros } from '../../format.ts';
import { wordsOf } from '../../record/sweeps/level-verdicts.ts';
import { nameOfLevel, rateName, shortNameOfLevel, shortRate } from '../../record/sweeps/level-words.ts';
import { searchOf } from '../../record/sweeps/search-of.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';

type By = Pick<SearchPlan, 'by'>;

const outcomes: Readonly<Record<LevelTrial['outcome'], string>> = {
  pass: 'passed',
  fail: 'failed',
  undecided: 'undecided',
};

/** Returns the load of a search, for a question about permission: `requests of several runs, concurrency up to 256`. */
export const searchLoadText = ({ by, range: [, last] }: Pick<SearchPlan, 'by' | 'range'>): string =>
  by === 'rate'
    ? `requests of several runs at up to ${rateName(last)}`
    : `requests of several runs, concurrency up to ${formatCount(last)}`;

/** Returns the range of a search: `concurrency 1 to 256`, `0.01 to 64 req/s`. */
export const searchedLevels = ({ by, range: [first, last] }: Pick<SearchPlan, 'by' | 'range'>): string =>
  by === 'rate'
    ? `${withoutZeros(formatNumber(first))} to ${rateName(last)}`
    : `concurrency ${formatCount(first)} to ${formatCount(last)}`;

/** Returns what a search looks for: `Highest concurrency that meets p95 < 2s; range 1 to 256`. */
export function searchText(plan: Pick<SearchPlan, 'by' | 'objectives' | 'range'>): string {
  const [raised, range] =
    plan.by === 'rate'
      ? ['arrival rate', searchedLevels(plan)]
      : ['concurrency', plan.range.map(formatCount).join(' to ')];
  return `Highest ${raised} that meets ${wordsOf(plan.objectives)}; range ${range}`;
}

/** Returns the runs of a search in order: `1 passed, 2 passed, 4 failed`. */
export const trialsText = (by: By, trials: readonly LevelTrial[]): string =>
  trials
    .map(({ level, outcome }) => `${by.by === 'rate' ? shortRate(level) : formatCount(level)} ${outcomes[outcome]}`)
    .join(', ');

/** Returns what a capacity search looked for, and its runs; nothing for a sweep of fixed levels. */
export function searchFacts(sweep: SweepRecord): [label: string, value: string][] {
  const found = searchOf(sweep);
  if (found === undefined) return [];
  return [
    ['search', searchText(found)],
    ...(found.trials.length === 0 ? [] : [['runs', trialsText(found, found.trials)] satisfies [string, string]]),
  ];
}

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
