import { measuredValue } from '../../values/objective-metrics.ts';
import { isUnjudged, unjudgedSentences } from '../../values/objectives.ts';
import type { Objective, Verdict } from '../../vocabulary.ts';
import type { RunRecord } from '../run.ts';

/** Returns objectives as text: `p95 < 2s and errors < 1%`. */
export const wordsOf = (objectives: readonly Objective[]): string => objectives.map(({ text }) => text).join(' and ');

/** Returns the verdicts on the objectives of a whole level. */
export const ofWholeRun = (level: RunRecord): Verdict[] =>
  level.objectives.filter(({ target }) => target === undefined);

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
