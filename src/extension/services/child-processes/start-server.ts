import { ProgressLocation, window } from 'vscode';
import type { Notify } from '../workspace/notify.ts';
import { isPortInUse, type BundledServer } from './bundled-server.ts';
import { offerAnotherPort } from './another-port.ts';

/**
 * Starts a server. A slow start shows its progress and can be canceled. Returns true if it listens; false if it was
 * stopped in the meantime, or its port is in use and the user has been told.
 */
export async function startServer(server: BundledServer, notify: Notify): Promise<boolean> {
  try {
    return await launchShown(server);
  } catch (error) {
    if (!isPortInUse(error)) throw error;
    await offerAnotherPort(server, notify, () => startServer(server, notify));
    return false;
  }
}

function launchShown(server: BundledServer): Thenable<boolean> {
  const { kind } = server.state();
  if (!server.slowStart || kind === 'missing' || kind === 'running') return server.launch();
  return window.withProgress(
    { location: ProgressLocation.Notification, title: server.words.title, cancellable: true },
    async (progress, token) => {
      const subscriptions = [
        token.onCancellationRequested(() => void server.end()),
        server.onDidChange((state) => {
          if (state.kind === 'starting' && state.step !== undefined) progress.report({ message: state.step });
        }),
      ];
      try {
        return await server.launch();
      } finally {
        for (const subscription of subscriptions) subscription.dispose();
      }
    },
  );
}
