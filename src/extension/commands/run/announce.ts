import { commands } from 'vscode';
import { failureHint, nothingMeasuredSentence } from '../../../core/report/words/failure-words.ts';
import { isComparison, nameOf, runsOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import { commandIds } from '../../contributions.ts';
import type { History } from '../../services/runs/history.ts';
import type { Action, Notify } from '../../services/workspace/notify.ts';
import type { Unfinished } from '../../services/runs/unfinished.ts';

const showResults = ({ id }: ResultRecord): Action => ({
  label: 'Show Results',
  run: () => commands.executeCommand(commandIds.openRun, id),
});

/**
 * Adds the run that was in progress when the last window closed to the history, and reports it.
 * @param tidy removes leftovers of a killed comparison
 */
export async function takeOver(
  unfinished: Unfinished,
  history: History,
  notify: Pick<Notify, 'warn'>,
  tidy: () => void,
): Promise<void> {
  const left = unfinished.left();
  if (left === undefined) return;
  // Its servers may have outlived the process that started them.
  if (isComparison(left)) tidy();
  // The window may have got that far itself.
  if (history.get(left.id) === undefined) {
    notify.warn(
      `${nameOf(left)} was running when the window closed or reloaded. Its partial result was saved.`,
      showResults(left),
    );
    await history.add(left);
  }
  await unfinished.forget();
}

/** At most one notification per result, and only for one that failed: the panel and the status bar show the others. */
export function announce(record: ResultRecord, notify: Notify): void {
  if (record.status === 'crashed') {
    notify.error(
      `${nameOf(record)} stopped unexpectedly. ${record.stopReason ?? ''} Partial results saved.`,
      notify.openLog,
      showResults(record),
    );
    return;
  }
  // The panel says what a comparison found.
  if (isComparison(record)) return;
  const runs = runsOf(record);
  if (record.status !== 'completed') return;
  const sentence = nothingMeasuredSentence(runs);
  if (sentence !== undefined) notify.error(`${sentence} ${failureHint(runs)}`, showResults(record));
}
