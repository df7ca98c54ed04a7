import { neededText } from '../../plan/objectives.ts';
import { measuredValue } from '../../values/objective-metrics.ts';
import { isUnjudged, unjudgedSentences } from '../../values/objectives.ts';
import type { Objective, Verdict } from '../../vocabulary.ts';
import type { RunRecord } from '../run.ts';
import { tooFewSentence } from './level-words.ts';

/** Returns objectives as text: `p95 < 2s and errors < 1%`. */
export const wordsOf = (objectives: readonly Objective[]): string => objectives.map(({ text }) => text).join(' and ');

/** Returns the verdicts on the objectives of a whole level. */
const ofWholeRun = (level: RunRecord): Verdict[] => level.objectives.filter(({ target }) => target === undefined);

/** Returns what a level missed: `p95 was 1.2 s, errors was 3%`; empty if nothing. */
export function missedText(level: RunRecord): string {
  return ofWholeRun(level)
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ objective, actual }) => `${objective.metric} was ${measuredValue(objective.metric, actual)}`)
    .join(', ');
}

/** Returns why the objectives of no level can be judged, however many requests are sent; empty if those of one can. */
export const unjudgedLevels = (levels: readonly RunRecord[]): string[] =>
  levels.every((level) => ofWholeRun(level).some(isUnjudged)) ? unjudgedSentences(levels.flatMap(ofWholeRun)) : [];

/** Returns the worst outcome of the verdicts on a whole level. */
export function worstOutcome(level: RunRecord): Verdict['outcome'] {
  const outcomes = new Set(ofWholeRun(level).map(({ outcome }) => outcome));
  return (['fail', 'not enough data'] as const).find((worse) => outcomes.has(worse)) ?? 'pass';
}

/** Returns which levels have too few requests to judge, and how many they need: `Not enough requests to judge concurrency 1: p95 needs 59 per level.` */
export function unsureSentences(levels: readonly RunRecord[]): string[] {
  const unsure = levels.filter((level) => worstOutcome(level) === 'not enough data');
  if (unsure.length === 0 || unjudgedLevels(levels).length > 0) return [];
  return [
    tooFewSentence(
      unsure.map(({ plan }) => plan),
      neededByLevels(unsure, ': '),
    ),
  ];
}

/** Returns how many values the objectives of levels need that have too few: `p95 needs 59`, after a text; else an empty text. */
export const neededByLevels = (unsure: readonly RunRecord[], before: string): string =>
  neededText(
    unsure.flatMap((level) => ofWholeRun(level).filter(({ outcome }) => outcome === 'not enough data')),
    Math.min(...unsure.map(({ requestsSent }) => requestsSent)),
    before,
  );
