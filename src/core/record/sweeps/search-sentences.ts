import { countOf, formatCount, formatPercent } from '../../format.ts';
import type { RunRecord } from '../run.ts';
import { unjudgedLevels, wordsOf } from './level-verdicts.ts';
import { nameOfLevel, shortNameOfLevel } from './level-words.ts';
import { surelyFails, type RecordedSearch } from './search-of.ts';

/** Returns what a capacity search found, how surely, and what it took. */
export function searchSentences(levels: readonly RunRecord[], search: RecordedSearch): string[] {
  const { by, capacity, firstFailing, trials, sure, resolution } = search;
  const boundary = [capacity, firstFailing].flatMap((level) => {
    if (level === null) return [];
    const runs = trials.filter((trial) => trial.level === level);
    const passed = runs.filter(({ outcome }) => outcome === 'pass').length;
    return `${formatCount(passed)} of ${countOf(runs.length, 'run')} passed at ${shortNameOfLevel(by, level)}`;
  });
  const more = resolution === undefined ? '' : `, resolution ${formatPercent(resolution)}`;
  const confirmed = `${sure ? 'Confirmed' : 'Unconfirmed'}: ${boundary.join(', ')} (95% intervals${more}). `;
  const requests = levels.reduce((sum, level) => sum + level.requestsSent, 0);
  return [
    foundText(levels, search),
    `${boundary.length === 0 ? '' : confirmed}Total: ${countOf(levels.length, 'run')}, ${countOf(requests, 'request')}.`,
  ];
}

/** The failing level may be undecided in all of its runs. */
function foundText(levels: readonly RunRecord[], search: RecordedSearch): string {
  const { by, objectives, range, capacity, firstFailing: failing } = search;
  const wanted = wordsOf(objectives);
  if (capacity !== null) {
    const meets = `Meets ${wanted} at ${nameOfLevel(by, capacity)}`;
    if (failing === null)
      return `${meets}, the highest ${by === 'rate' ? 'rate' : 'level'} ${capacity === range[1] ? 'allowed' : 'tried'}.`;
    return `${meets}, ${surelyFails(search) ? 'but not' : 'not confirmed'} at ${shortNameOfLevel(by, failing)}.`;
  }
  if (failing === null) return `No level confirmed to meet ${wanted}.`;
  const lowest = nameOfLevel(by, failing);
  if (surelyFails(search)) return `Doesn't meet ${wanted} even at ${lowest}.`;
  const unjudged = unjudgedLevels(levels);
  const text = `Not confirmed to meet ${wanted} even at ${lowest}`;
  return unjudged.length > 0 ? [`${text}.`, ...unjudged].join(' ') : `${text}: use longer runs.`;
}
