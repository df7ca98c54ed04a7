import { Range, window, workspace, type LogOutputChannel } from 'vscode';
import { LoadlensError, type FileLine } from '../../../core/errors.ts';
import { findSource, showText } from './files.ts';

/** A button of a notification. */
export interface Action {
  readonly label: string;
  readonly run: () => unknown;
}

/** Notifications of the extension: one at a time, each with an action. None of these functions waits for the user. */
export interface Notify {
  readonly info: (message: string, ...actions: readonly Action[]) => void;
  readonly warn: (message: string, ...actions: readonly Action[]) => void;
  readonly error: (message: string, ...actions: readonly Action[]) => void;
  /** An expected failure: sentence and hint, and its line on request. Anything else is a bug: its stack goes to the log. */
  readonly failure: (error: unknown, ...actions: readonly Action[]) => void;
  readonly openLog: Action;
}

type Show = (message: string, ...labels: string[]) => Thenable<string | undefined>;

/** Makes the one Notify of the extension. */
export function createNotify(log: LogOutputChannel): Notify {
  const openLog: Action = { label: 'Open Log', run: () => log.show() };

  const show = (how: Show, message: string, actions: readonly Action[]): void => {
    void how(message, ...actions.map((action) => action.label)).then((label) =>
      actions.find((action) => action.label === label)?.run(),
    );
  };

  const notify: Notify = {
    info: (message, ...actions) => show(window.showInformationMessage, message, actions),
    warn: (message, ...actions) => {
      log.warn(message);
      show(window.showWarningMessage, message, actions);
    },
    error: (message, ...actions) => {
      log.error(message);
      show(window.showErrorMessage, message, actions);
    },
    failure: (error, ...actions) => {
      if (error instanceof LoadlensError) {
        const { place } = error;
        const goTo = place && { label: `Go to Line ${place.line}`, run: () => showLine(place) };
        notify.error(`${error.message} ${error.hint}`.trim(), ...actions, ...(goTo ? [goTo] : []));
        return;
      }
      log.error(error instanceof Error ? error : String(error));
      const what = error instanceof Error ? error.message : String(error);
      show(window.showErrorMessage, `Internal error: ${what.replace(/\.$/, '')}. See the log for details.`, [
        openLog,
        ...actions,
      ]);
    },
    openLog,
  };
  return notify;
}

async function showLine({ file, line }: FileLine): Promise<void> {
  const uri = await findSource(file);
  if (uri === undefined) return;
  await showText(await workspace.openTextDocument(uri), { selection: new Range(line - 1, 0, line - 1, 0) });
}
