import { commands, ConfigurationTarget, window, workspace, WorkspaceEdit, Range, type TextDocument } from 'vscode';
import { leadsTo } from '../../../core/endpoints/bundled-servers.ts';
import { withoutPlaceholders } from '../../../core/endpoints/variables/variables.ts';
import { isEndpoints, parseDocument, shownAs } from '../workspace/documents.ts';
import { withPort } from '../workspace/files.ts';
import type { Notify } from '../workspace/notify.ts';
import type { BundledServer } from './bundled-server.ts';
import { freePortAfter } from './listening.ts';

/** Reports that a server's port is in use, and by what if known, and offers another port or the setting. */
export async function offerAnotherPort(
  server: BundledServer,
  notify: Notify,
  start: () => Promise<boolean>,
): Promise<void> {
  const port = server.port();
  await server.look();
  notify.error(
    `Port ${port} is in use${whoWords(server)}. Choose another port for the ${server.words.name}.`,
    {
      label: 'Use Another Port',
      run: () => useAnotherPort(server, port, notify, start).catch((error: unknown) => notify.failure(error)),
    },
    {
      label: 'Open Setting',
      run: () => commands.executeCommand('workbench.action.openSettings', `@id:loadlens.${server.id}.port`),
    },
  );
}

function whoWords(server: BundledServer): string {
  const state = server.state();
  if (state.kind !== 'elsewhere') return '';
  if (state.isOwn) return ` by the ${server.words.name} of another window or terminal`;
  return state.name === '' ? '' : ` by ${state.name.slice(0, 80)}`;
}

/** Sets the next free port, starts the server there, and offers to change the open files that lead to the old one. */
async function useAnotherPort(
  server: BundledServer,
  port: number,
  notify: Notify,
  start: () => Promise<boolean>,
): Promise<void> {
  const free = await freePortAfter(port);
  if (free === undefined) {
    notify.error(`No port from ${port + 1} to ${port + 100} is free. Set loadlens.${server.id}.port to a free port.`);
    return;
  }
  const target = workspace.workspaceFolders === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  await workspace.getConfiguration('loadlens').update(`${server.id}.port`, free, target);
  if (!(await start())) return;
  const documents = window.visibleTextEditors
    .map(({ document }) => document)
    .filter((document) => isEndpoints(document) && usesPort(document, port));
  for (const document of new Set(documents)) {
    notify.info(`The ${server.words.name} listens on port ${free}. ${shownAs(document.uri)} uses port ${port}.`, {
      label: 'Update File',
      run: () => changePort(document, port, free),
    });
  }
}

const usesPort = (document: TextDocument, port: number): boolean =>
  parseDocument(document).targets.some(({ url }) => {
    const plain = withoutPlaceholders(url);
    return URL.canParse(plain) && leadsTo(new URL(plain), port);
  });

async function changePort(document: TextDocument, from: number, to: number): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(0, 0, document.lineCount, 0), withPort(document.getText(), from, to));
  await workspace.applyEdit(edit);
}
