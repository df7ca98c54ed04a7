import { formatRate } from '../../format.ts';
import { succeeds } from '../../metrics/levels.ts';
import type { RunRecord } from '../run.ts';
import { missedText, unjudgedLevels, unsureSentences, wordsOf } from './level-verdicts.ts';
import { rateName } from './level-words.ts';
import type { RecordedSearch } from './search-of.ts';
import { searchSentences } from './search-sentences.ts';
import {
  achievedPerS,
  fastestLevel,
  holds,
  isHighestJudged,
  isOverSaturated,
  keptUp,
  toleranceText,
  rateOf,
} from './rate-levels.ts';

/** Returns the results of a sweep over arrival rates as sentences, starting with the verdict. */
export function rateSentences(levels: readonly RunRecord[], search: RecordedSearch | undefined): string[] {
  const found = search === undefined ? objectiveSentences(levels) : searchSentences(levels, search);
  return [...found, ...saturationSentences(levels), ...peakSentence(levels)];
}

/**
 * `Meets response.p95 < 500ms at 8 req/s.` With an infinite rate, response times have the time in the queue, so missing an
 * objective there is only named if no other level was measured.
 */
function objectiveSentences(levels: readonly RunRecord[]): string[] {
  const objectives = levels[0]?.plan.objectives ?? [];
  if (objectives.length === 0) return [];
  const wanted = wordsOf(objectives);
  const finite = levels.filter((level) => rateOf(level) < Infinity);
  const held = [finite.findLast(holds), levels.find((level) => rateOf(level) === Infinity && holds(level))];
  const names = held.flatMap((level) => (level === undefined ? [] : rateName(rateOf(level))));
  const missed = (finite.length > 0 ? finite : levels).find((level) => missedText(level) !== '');
  return [
    names.length === 0 ? `No rate confirmed to meet ${wanted}.` : `Meets ${wanted} at ${names.join(' and at ')}.`,
    ...unjudgedLevels(levels),
    ...(missed === undefined ? [] : [`Not met at ${rateName(rateOf(missed))}: ${missedText(missed)}.`]),
    ...unsureSentences(finite.length > 0 ? finite : levels),
  ];
}

function saturationSentences(levels: readonly RunRecord[]): string[] {
  const finite = levels.filter((level) => rateOf(level) < Infinity);
  if (finite.length === 0) return [];
  const over = finite.find(isOverSaturated);
  const kept = finite.findLast(
    (level) => keptUp(level) && rateOf(level) < (over === undefined ? Infinity : rateOf(over)),
  );
  const name = kept && `${rateName(rateOf(kept))}${toleranceText(kept, levels)}`;
  const refused = finite.find((level) => !succeeds(level));
  if (over !== undefined) {
    return [
      `Kept up with ${name ?? 'no tested rate'}. Over-saturated at ${rateName(rateOf(over))}: ${formatRate(achievedPerS(over), over.successes < over.responses ? 'successes' : 'responses')}.`,
    ];
  }
  if (refused !== undefined) return [`Fewer than 90% of the requests succeeded from ${rateName(rateOf(refused))} on.`];
  if (name === undefined) return ['Levels are too short to tell whether the server keeps up. Use a longer duration.'];
  return isHighestJudged(finite)
    ? [`Kept up with every tested rate, up to ${name}.`]
    : [`Kept up with ${name}. Higher levels are too short to tell. Use a longer duration.`];
}

/** The highest rate of successes, at whatever level. */
function peakSentence(levels: readonly RunRecord[]): string[] {
  const first = fastestLevel(levels);
  return first === undefined
    ? []
    : [`Highest achieved rate: ${formatRate(achievedPerS(first))}, at ${rateName(rateOf(first))}.`];
}

/** Returns which rates a sweep skips, and why. */
export const skippedSentence = (rates: readonly number[]): string =>
  `Not measured, because a lower rate was over-saturated: ${rates.map(rateName).join(', ')}.`;
