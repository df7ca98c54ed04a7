import { commands, l10n } from 'vscode';
import { commandIds } from '../contributions.ts';
import { mockOptions, type MockService } from '../services/mockServer.ts';
import type { Notify } from '../services/notify.ts';
import type { Handlers } from './handlers.ts';
import { mayRun } from './launch.ts';

/** Commands around the mock server, and the word when it ended by itself. */
export function mockCommands(mock: MockService, notify: Notify): Pick<Handlers, 'startMockServer' | 'stopMockServer'> {
  mock.onDidCrash((how) =>
    notify.error(
      how,
      { label: l10n.t('Restart'), run: () => commands.executeCommand(commandIds.startMockServer) },
      notify.openLog,
    ),
  );
  return {
    startMockServer: async () => {
      if (mayRun(notify)) await mock.start(mockOptions());
    },
    stopMockServer: () => mock.stop(),
  };
}
