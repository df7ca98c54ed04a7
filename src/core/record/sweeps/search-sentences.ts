import { countOf, formatCount, formatPercent } from '../../format.ts';
import type { RunRecord } from '../run.ts';
import { tooFewToConfirm } from './search-needs.ts';
import { unjudgedLevels, wordsOf } from './level-verdicts.ts';
import { nameOfLevel, shortNameOfLevel } from './level-words.ts';
import { isAchieved, loadOf } from './rate-levels.ts';
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
    [foundText(levels, search), ...unachieved(levels, search)].join(' '),
    `${boundary.length === 0 ? '' : confirmed}Total: ${countOf(levels.length, 'run')}, ${countOf(requests, 'request')}.`,
  ];
}

/** A rate a little above what the server can do meets objectives in a short run: the queue grows slowly. */
function unachieved(levels: readonly RunRecord[], { by, capacity }: RecordedSearch): string[] {
  if (by !== 'rate' || capacity === null) return [];
  const held = levels.filter((level) => loadOf(level) === capacity);
  return held.length > 0 && held.every((level) => !isAchieved(level, levels))
    ? [`No run achieved ${shortNameOfLevel(by, capacity)}: use longer runs.`]
    : [];
}

/** The failing level may be undecided in all of its runs. Lower ones were tried only if the search ended. */
function foundText(levels: readonly RunRecord[], search: RecordedSearch): string {
  const { by, objectives, range, capacity, firstFailing: failing } = search;
  const wanted = wordsOf(objectives);
  const unit = by === 'rate' ? 'rate' : 'level';
  if (capacity !== null) {
    const meets = `Meets ${wanted} at ${nameOfLevel(by, capacity)}`;
    if (failing === null) return `${meets}, the highest ${unit} ${capacity === range[1] ? 'allowed' : 'tried'}.`;
    return `${meets}, ${surelyFails(search) ? 'but not' : 'not confirmed'} at ${shortNameOfLevel(by, failing)}.`;
  }
  if (failing === null) return `No ${unit} was judged by ${wanted}.`;
  const name = nameOfLevel(by, failing);
  const at = failing === range[0] ? `even at ${name}` : `at ${name}, the lowest ${unit} tried`;
  if (surelyFails(search)) return `Doesn't meet ${wanted} ${at}.`;
  const unjudged = unjudgedLevels(levels);
  const requests = levels.filter((level) => loadOf(level) === failing).map(({ requestsSent }) => requestsSent);
  const why = unjudged.length > 0 ? unjudged : tooFewToConfirm(objectives, Math.min(...requests));
  const text = `Not confirmed to meet ${wanted} ${at}`;
  return why.length > 0 ? [`${text}.`, ...why].join(' ') : `${text}: use longer runs.`;
}
