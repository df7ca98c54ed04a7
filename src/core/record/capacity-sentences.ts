import type { Objective, Verdict } from '../vocabulary.ts';
import { countOf, formatCount, formatMs, formatPercent, formatRate } from '../format.ts';
import type { SweepRecord } from './sweep.ts';
import type { RunRecord } from './run.ts';

/** Returns the results of a sweep as sentences: recommended concurrency, its rule, and the throughput peak. */
export function capacitySentences(sweep: Omit<SweepRecord, 'capacity'>): string[] {
  if (sweep.levels.length === 0) return ['No level was measured.'];
  const { figures } = sweep;
  return [
    ...(sweep.search === undefined ? heldSentences(sweep) : searchSentences(sweep, sweep.search)),
    recommendedSentence(sweep),
    ...(figures.usl === null
      ? []
      : [
          `By the scalability law throughput peaks at ${formatCount(figures.usl.peakConcurrency)} at once, with ${formatRate(figures.usl.peakThroughputPerS)}.`,
        ]),
  ];
}

const users = (n: number): string => `${countOf(n, 'user')} at once`;
const wordsOf = (objectives: readonly Objective[]): string => objectives.map(({ text }) => text).join(' and ');

/** `Holds 6 users at once with p95 < 2s.` */
function heldSentences({ levels }: Pick<SweepRecord, 'levels'>): string[] {
  const objectives = levels[0]?.plan.objectives ?? [];
  if (objectives.length === 0) return [];
  const outcomes = levels.map((level) => ({ level, outcome: worst(ofWholeRun(level)) }));
  const held = outcomes.findLast(({ outcome }) => outcome === 'pass')?.level;
  const missed = outcomes.find(({ outcome }) => outcome === 'fail')?.level;
  const unsure = outcomes.filter(({ outcome }) => outcome === 'not enough data').map(({ level }) => level);
  const wanted = wordsOf(objectives);
  return [
    held === undefined
      ? `No level is shown to hold ${wanted}.`
      : `Holds ${users(held.plan.concurrency)} with ${wanted}.`,
    ...(missed === undefined ? [] : [`At ${formatCount(missed.plan.concurrency)} it does not: ${missedText(missed)}.`]),
    ...(unsure.length === 0
      ? []
      : [`Too few requests to judge ${unsure.map(({ plan }) => formatCount(plan.concurrency)).join(', ')}.`]),
  ];
}

const ofWholeRun = (level: RunRecord): Verdict[] => level.objectives.filter(({ target }) => target === undefined);

function worst(verdicts: readonly Verdict[]): Verdict['outcome'] {
  return (
    (['fail', 'not enough data'] as const).find((worse) => verdicts.some(({ outcome }) => outcome === worse)) ?? 'pass'
  );
}

function missedText(level: RunRecord): string {
  return ofWholeRun(level)
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ objective, actual }) => `${objective.metric} was ${measuredText(objective.metric, actual)}`)
    .join(', ');
}

function measuredText(metric: string, actual: number | null): string {
  if (metric === 'errors') return formatPercent(actual);
  return metric === 'throughput' ? formatRate(actual) : formatMs(actual);
}

function searchSentences(
  { levels }: Pick<SweepRecord, 'levels'>,
  search: NonNullable<SweepRecord['search']>,
): string[] {
  const { capacity, firstFailing, trials, sure } = search;
  const wanted = wordsOf(search.objectives);
  const told = (level: number): string => {
    const runs = trials.filter(({ concurrency }) => concurrency === level);
    const passed = runs.filter(({ outcome }) => outcome === 'pass').length;
    return `${formatCount(passed)} of ${countOf(runs.length, 'run')} at ${formatCount(level)} passed`;
  };
  const found =
    capacity === null
      ? `Does not hold ${wanted} even with ${users(search.from)}.`
      : firstFailing === null
        ? `Holds ${users(capacity)} with ${wanted}, the most that was allowed to be tried.`
        : `Holds ${users(capacity)} with ${wanted}; ${formatCount(firstFailing)} is too many.`;
  const boundary = [capacity, firstFailing].filter((level) => level !== null).map(told);
  const requests = levels.reduce((sum, level) => sum + level.requestsSent, 0);
  return [
    found,
    `${sure ? 'Sure' : 'Not sure'}: ${boundary.join(', ')}, judged by 95% intervals; ${countOf(trials.length, 'run')} and ${countOf(requests, 'request')} in all.`,
  ];
}

function recommendedSentence({ figures: { recommended, levels } }: Pick<SweepRecord, 'figures'>): string {
  const { concurrency, rule } = recommended;
  if (rule === 'objectives') {
    return concurrency === null
      ? 'No concurrency can be recommended: at no level did 90% of the requests meet the objectives.'
      : `Recommended concurrency: ${formatCount(concurrency)}, the largest at which at least 90% of the requests met the objectives.`;
  }
  if (concurrency === null) {
    return levels.some((level) => level.concurrency === 1)
      ? 'No concurrency can be recommended: no level at which at least 90% of the requests succeeded has a good trade-off.'
      : 'No concurrency can be recommended without an objective and without a level 1 to compare with.';
  }
  return concurrency === 1
    ? 'Recommended concurrency: 1. No larger level gains as much throughput as it costs latency.'
    : `Recommended concurrency: ${formatCount(concurrency)}, the largest that gains at least as much throughput as it costs latency.`;
}
