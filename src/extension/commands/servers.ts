import { commands } from 'vscode';
import { commandIds, type CommandName } from '../contributions.ts';
import type { BundledServer } from '../services/child-processes/bundled-server.ts';
import type { Notify } from '../services/workspace/notify.ts';
import { startServer } from '../services/child-processes/start-server.ts';
import type { Handlers } from './handlers.ts';
import { mayRun } from './run/launch.ts';

type ServerCommand = Extract<CommandName, `${'start' | 'stop'}${string}Server`>;
type ServerId = BundledServer['id'];

/** Commands for the bundled servers, and the notification if one of them stops unexpectedly. */
export function serverCommands(
  servers: Readonly<Record<ServerId, BundledServer>>,
  notify: Notify,
): Pick<Handlers, ServerCommand> {
  for (const server of Object.values(servers)) {
    server.onDidCrash((how) =>
      notify.error(
        how,
        { label: 'Restart', run: () => commands.executeCommand(commandIds[server.start]) },
        notify.openLog,
      ),
    );
  }
  const start = (id: ServerId) => async (): Promise<void> => {
    if (mayRun(notify)) await startServer(servers[id], notify);
  };
  const stop = (id: ServerId) => (): Promise<void> => servers[id].end();
  return {
    startMockServer: start('mock'),
    stopMockServer: stop('mock'),
    startGpt2Server: start('gpt2'),
    stopGpt2Server: stop('gpt2'),
  };
}
