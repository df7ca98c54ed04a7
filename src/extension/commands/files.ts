import { Uri, window, workspace } from 'vscode';
import { settings } from '../setting-rows.ts';
import type { Consent } from '../services/workspace/consent.ts';
import { isFile, openUntitled, pickFolder, showText, withPort } from '../services/workspace/files.ts';
import type { Notify } from '../services/workspace/notify.ts';
import type { Secrets } from '../services/workspace/secrets.ts';
import { numberSetting } from '../services/workspace/settings.ts';
import type { Handlers } from './handlers.ts';

/** Commands around endpoints files, the secrets they name and the hosts they may send to. */
export function fileCommands(parts: {
  readonly extensionUri: Uri;
  readonly secrets: Secrets;
  readonly consent: Consent;
  readonly notify: Notify;
}): Pick<Handlers, 'createEndpointsFile' | 'setSecret' | 'deleteSecret' | 'forgetHosts'> {
  const { extensionUri, secrets, consent, notify } = parts;

  return {
    createEndpointsFile: async () => {
      const bytes = await workspace.fs.readFile(Uri.joinPath(extensionUri, 'media', 'samples', 'endpoints.txt'));
      const written = new TextDecoder().decode(bytes);
      const sample = withPort(written, settings['mock.port'].default, numberSetting('mock.port'));
      if ((workspace.workspaceFolders ?? []).length === 0) {
        await openUntitled(sample);
        return;
      }
      const folder = await pickFolder();
      if (folder === undefined) return;
      const file = Uri.joinPath(folder, 'endpoints.txt');
      // Existing files are opened, never overwritten.
      if (await isFile(file)) notify.info('endpoints.txt is there already.');
      else await workspace.fs.writeFile(file, new TextEncoder().encode(sample));
      await showText(await workspace.openTextDocument(file), { preview: false });
    },
    setSecret: async () => {
      const name = await window.showInputBox({
        title: 'Set Secret',
        prompt: 'The NAME of {{$secret NAME}} in an endpoints file',
        validateInput: (text) =>
          /^[\w.-]+$/.test(text) ? undefined : 'Use letters, digits, dots, dashes and underscores.',
      });
      if (name !== undefined) await secrets.ask(name);
    },
    deleteSecret: async () => {
      const name = await window.showQuickPick([...(await secrets.names())], {
        title: 'Delete Secret',
        placeHolder: 'Which one?',
      });
      if (name !== undefined) await secrets.forget(name);
    },
    forgetHosts: async () => {
      const gone = await window.showQuickPick([...consent.hosts(), ...consent.commands()], {
        title: 'Forget Allowed Hosts and Commands',
        placeHolder: 'Select what to revoke',
        canPickMany: true,
      });
      if (gone !== undefined) await consent.forget(gone);
    },
  };
}
