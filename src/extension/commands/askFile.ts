import { l10n, type Uri } from 'vscode';
import { shownAs } from '../services/documents.ts';
import { askPick, type Step, type StepPlace } from './steps.ts';

/** The question for one of several endpoints files. */
export function askFile(
  files: readonly Uri[],
  current: () => Uri | undefined,
  choose: (uri: Uri) => void,
): (place: StepPlace) => Promise<Step<unknown>> {
  return async (place) => {
    const items = files.map((file) => ({ label: `$(pulse) ${shownAs(file)}`, file }));
    const active = items.find(({ file }) => file === current());
    const picked = await askPick(place, { placeholder: l10n.t('Which endpoints file?'), items, active });
    if (picked.kind === 'next') choose(picked.value.file);
    return picked;
  };
}
