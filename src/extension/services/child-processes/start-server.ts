import { ProgressLocation, window } from 'vscode';
import type { BundledServer } from './bundled-server.ts';

/** Starts a server; a start that takes a while is shown step by step and can be cancelled. True when it listens. */
export function startServer(server: BundledServer): Thenable<boolean> {
  const { kind } = server.state();
  if (!server.slowStart || (kind !== 'stopped' && kind !== 'starting')) return server.launch();
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
