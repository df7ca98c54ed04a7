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

/** Returns what a capacity search found, with levels as text. A failing level may be undecided in all of its runs. */
export function foundText({
  levels,
  wanted,
  capacity,
  failing,
  surelyFails,
  highest,
}: {
  readonly levels: readonly RunRecord[];
  readonly wanted: string;
  readonly capacity: string | null;
  readonly failing: string | null;
  /** At least one run of the failing level failed. */
  readonly surelyFails: boolean;
  /** What the capacity is if no level fails. */
  readonly highest: string;
}): string {
  if (capacity !== null) {
    if (failing === null) return `Meets ${wanted} at ${capacity}, ${highest}.`;
    return `Meets ${wanted} at ${capacity}, ${surelyFails ? 'but not' : 'not confirmed'} at ${failing}.`;
  }
  if (failing === null) return `No level confirmed to meet ${wanted}.`;
  if (surelyFails) return `Doesn't meet ${wanted} even at ${failing}.`;
  const unjudged = unjudgedLevels(levels);
  const text = `Not confirmed to meet ${wanted} even at ${failing}`;
  return unjudged.length > 0 ? [`${text}.`, ...unjudged].join(' ') : `${text}: use longer runs.`;
}

/** Returns whether runs agree on both sides of the boundary: `Confirmed: … (95% intervals). `; empty without a boundary. */
export const confirmedText = (sure: boolean, boundary: readonly string[], more = ''): string =>
  boundary.length === 0 ? '' : `${sure ? 'Confirmed' : 'Unconfirmed'}: ${boundary.join(', ')} (95% intervals${more}). `;
