import type { Verdict } from '../../vocabulary.ts';
import { formatCount, formatRate } from '../../format.ts';
import { isTooShort } from '../../metrics/rates.ts';
import { missedText, ofWholeRun, unjudgedLevels, wordsOf } from './level-verdicts.ts';
import { levelName } from './level-words.ts';
import { rateSentences } from './rate-sentences.ts';
import { searchOf } from './search-of.ts';
import { searchSentences } from './search-sentences.ts';
import type { SweepRecord } from './sweep.ts';

/** Returns the results of a sweep as sentences: recommended concurrency, its rule, and the throughput peak. */
export function capacitySentences(sweep: Omit<SweepRecord, 'capacity'>): string[] {
  if (sweep.levels.length === 0) return ['No level measured.'];
  const search = searchOf(sweep);
  if (sweep.rates !== undefined) return rateSentences(sweep.levels, search);
  const { figures } = sweep;
  return [
    ...(search === undefined ? heldSentences(sweep) : searchSentences(sweep.levels, search)),
    recommendedSentence(sweep),
    ...(figures.usl === null
      ? []
      : [
          `USL peak: ${formatRate(figures.usl.peakThroughputPerS)} at concurrency ${formatCount(figures.usl.peakConcurrency)}.`,
        ]),
  ];
}

/** `Meets p95 < 2s at concurrency 6.` */
function heldSentences({ levels }: Pick<SweepRecord, 'levels'>): string[] {
  const objectives = levels[0]?.plan.objectives ?? [];
  if (objectives.length === 0) return [];
  const outcomes = levels.map((level) => ({ level, outcome: worst(ofWholeRun(level)) }));
  const held = outcomes.findLast(({ outcome }) => outcome === 'pass')?.level;
  const missed = outcomes.find(({ outcome }) => outcome === 'fail')?.level;
  const unjudged = unjudgedLevels(levels);
  const unsure =
    unjudged.length > 0
      ? []
      : outcomes.filter(({ outcome }) => outcome === 'not enough data').map(({ level }) => level);
  const wanted = wordsOf(objectives);
  return [
    held === undefined ? `No level confirmed to meet ${wanted}.` : `Meets ${wanted} at ${levelName(held.plan)}.`,
    ...unjudged,
    ...(missed === undefined ? [] : [`Not met at ${levelName(missed.plan)}: ${missedText(missed)}.`]),
    ...(unsure.length === 0
      ? []
      : [
          `Not enough requests to judge concurrency ${unsure.map(({ plan }) => formatCount(plan.concurrency)).join(', ')}.`,
        ]),
  ];
}

function worst(verdicts: readonly Verdict[]): Verdict['outcome'] {
  return (
    (['fail', 'not enough data'] as const).find((worse) => verdicts.some(({ outcome }) => outcome === worse)) ?? 'pass'
  );
}

/** Returns the highest level if the limit lies beyond it: it is still recommended. Null if a limit was found, and for a search. */
export function noLimitUpTo({
  figures,
  levels,
  search,
}: Pick<SweepRecord, 'figures' | 'levels' | 'search'>): number | null {
  const { concurrency } = figures.recommended;
  const tested = levels.map(({ plan }) => plan.concurrency);
  const isHighest = concurrency !== null && concurrency === Math.max(...tested);
  return search === undefined && new Set(tested).size > 1 && isHighest ? concurrency : null;
}

function recommendedSentence(sweep: Pick<SweepRecord, 'figures' | 'levels' | 'search'>): string {
  const { recommended, levels } = sweep.figures;
  const { concurrency, rule } = recommended;
  const upTo = noLimitUpTo(sweep);
  if (upTo !== null) {
    const why =
      rule === 'objectives'
        ? 'at least 90% of its requests met the objectives'
        : 'it still gains at least as much throughput as it adds latency';
    return `No limit found up to concurrency ${formatCount(upTo)}: ${why}. Try higher levels.`;
  }
  if (rule === 'objectives') {
    return concurrency === null
      ? 'No recommended concurrency: at no level did at least 90% of the requests meet the objectives.'
      : `Recommended concurrency: ${formatCount(concurrency)}, the highest at which at least 90% of the requests met the objectives.`;
  }
  if (concurrency === null) {
    if (
      levels.some(({ sound }) => sound) &&
      sweep.levels.some(({ totalMs, responses }) => isTooShort(totalMs, responses))
    )
      return 'No recommended concurrency: a level was shorter than 1 s or had fewer than 10 responses. Use longer levels.';
    return levels.some((level) => level.concurrency === 1)
      ? 'No recommended concurrency: no level with at least 90% successful requests has a good trade-off.'
      : 'No recommended concurrency: add an objective, or include level 1 for comparison.';
  }
  return concurrency === 1
    ? 'Recommended concurrency: 1. No higher level gains as much throughput as it adds latency.'
    : `Recommended concurrency: ${formatCount(concurrency)}, the highest that gains at least as much throughput as it adds latency.`;
}
