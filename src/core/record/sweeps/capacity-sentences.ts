import { formatCount, formatRate } from '../../format.ts';
import { isTooShort } from '../../metrics/rates.ts';
import { missedText, unjudgedLevels, unsureSentences, wordsOf, worstOutcome } from './level-verdicts.ts';
import { closeToLimit, levelName } from './level-words.ts';
import { rateSentences } from './rate-sentences.ts';
import { searchOf } from './search-of.ts';
import { searchSentences } from './search-sentences.ts';
import type { SweepRecord } from './sweep.ts';

/** Returns the results of a sweep as sentences: the capacity found, or the recommended concurrency and its rule, and the throughput peak. */
export function capacitySentences(sweep: Omit<SweepRecord, 'capacity'>): string[] {
  if (sweep.levels.length === 0) return ['No level measured.'];
  const search = searchOf(sweep);
  if (sweep.rates !== undefined) return rateSentences(sweep.levels, search);
  const { figures } = sweep;
  return [
    ...(search === undefined
      ? [...heldSentences(sweep), [recommendedSentence(sweep), ...closeToLimit(figures)].join(' ')]
      : searchSentences(sweep.levels, search)),
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
  const held = levels.findLast((level) => worstOutcome(level) === 'pass');
  const missed = levels.find((level) => worstOutcome(level) === 'fail');
  const wanted = wordsOf(objectives);
  return [
    held === undefined ? `No level confirmed to meet ${wanted}.` : `Meets ${wanted} at ${levelName(held.plan)}.`,
    ...unjudgedLevels(levels),
    ...(missed === undefined ? [] : [`Not met at ${levelName(missed.plan)}: ${missedText(missed)}.`]),
    ...unsureSentences(levels),
  ];
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
