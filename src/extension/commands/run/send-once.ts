import { EventEmitter, languages, ProgressLocation, Uri, ViewColumn, window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel } from 'vscode';
import { oneResponseText } from '../../../core/report/one-response.ts';
import { sendInProcess } from '../../services/child-processes/benchmark-process.ts';
import { parseDocument } from '../../services/workspace/documents.ts';
import { showText } from '../../services/workspace/files.ts';
import { isPanelTab } from '../../services/workspace/panel-tab.ts';
import { prepareInput } from '../../services/runs/prepare-input.ts';
import { inTurn, isWhole, mayRun, offerServers, pickTargets, type LaunchParts } from './launch.ts';
import { planFor } from './plans.ts';

const scheme = 'loadlens-response';

/** Services that Send Once needs. */
export interface SendOnceParts extends LaunchParts {
  /** The bundle to fork. */
  readonly entry: string;
  readonly log: LogOutputChannel;
}

/** Responses to requests that were sent once, as documents that can't be edited. */
export interface ResponseDocuments extends Disposable {
  readonly show: (name: string, text: string) => Promise<void>;
}

/** Makes the ResponseDocuments: one a target, with its latest response. */
export function createResponseDocuments(): ResponseDocuments {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
  return {
    show: async (name, text) => {
      const uri = Uri.from({ scheme, path: `/${name.replaceAll(/[/\\]/g, ' ')} response` });
      texts.set(uri.path, text);
      changed.fire(uri);
      const document = await workspace.openTextDocument(uri);
      // REST clients bring a language for it.
      const isKnown = (await languages.getLanguages()).includes('http');
      if (isKnown && document.languageId !== 'http') await languages.setTextDocumentLanguage(document, 'http');
      // Next to the file, but never on top of the results.
      const hasPanel = window.tabGroups.all.some(({ tabs }) => tabs.some(isPanelTab));
      await showText(document, { preserveFocus: true, ...(hasPanel ? {} : { viewColumn: ViewColumn.Beside }) });
    },
    dispose: () => {
      provider.dispose();
      changed.dispose();
    },
  };
}

/** Sends a target's request once, with consent and secrets as for a run, and shows the response. */
export async function sendTargetOnce(
  uri: Uri,
  name: string,
  parts: SendOnceParts,
  documents: ResponseDocuments,
): Promise<void> {
  if (!mayRun(parts.notify)) return;
  const file = parseDocument(await workspace.openTextDocument(uri));
  if (!isWhole(uri, file, parts.notify, name)) return;
  const targets = pickTargets({ uri, target: name, choices: {} }, file);
  const plan = { ...planFor(uri, file, {}), requests: 1, durationS: null, concurrency: 1 };
  const { consent, secrets, prompts } = parts;
  const prepared = await prepareInput({ uri, name, targets }, { consent, secrets, plan });
  if (prepared === undefined || (await offerServers(uri, prepared.input.requests, parts)) === undefined) return;
  const input = { ...prepared.input, ...prompts.startsOf(String(uri), targets), plan };
  await inTurn(parts, async () => {
    const response = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Sending ${name} once`, cancellable: true },
      (_, token) =>
        sendInProcess(parts.entry, { type: 'once', input }, parts.log, (cancel) =>
          token.onCancellationRequested(cancel),
        ),
    );
    if (response !== undefined) await documents.show(name, oneResponseText(response));
  });
}
