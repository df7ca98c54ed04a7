import type { SearchPlan } from '../../plan/capacity-search.ts';
import type { LevelTrial } from '../../plan/capacity.ts';
import { formatCount, formatNumber, withoutZeros } from '../../format.ts';
import { wordsOf } from '../../record/sweeps/level-verdicts.ts';
import { rateName, shortRate } from '../../record/sweeps/level-words.ts';
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
