import { commands, l10n } from 'vscode';
import type { RunRecord } from '../../core/report/types.ts';
import { commandIds } from '../contributions.ts';
import type { Action, Notify } from '../services/notify.ts';

/** At most one notification per run, and only for one that failed: the panel and the status bar show the others. */
export function announce(record: RunRecord, lost: string | undefined, notify: Notify): void {
  const showResults: Action = {
    label: l10n.t('Show Results'),
    run: () => commands.executeCommand(commandIds.openRun, record.id),
  };
  if (lost !== undefined) {
    notify.error(
      l10n.t('The benchmark process ended by itself ({0}). What it had measured is kept.', lost),
      notify.openLog,
      showResults,
    );
  } else if (record.status === 'completed' && record.responses === 0) {
    const errors = Object.entries(record.errors).toSorted(([, a], [, b]) => b - a);
    const kinds = errors.map(([kind, count]) => `${count} × ${kind}`).join(', ');
    notify.error(
      kinds === ''
        ? l10n.t('{0}: no request was answered.', record.name)
        : l10n.t('{0}: no request was answered ({1}). Is the server running?', record.name, kinds),
      showResults,
    );
  }
}
