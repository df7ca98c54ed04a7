import { commands, Disposable } from 'vscode';
import type { CommandName } from '../contributions.ts';
import type { Notify } from '../services/workspace/notify.ts';

/** What a command does. Arguments come from menus, lenses and other extensions: each handler checks its own. */
export type Handler = (...args: readonly unknown[]) => unknown;

/** A handler for each command, none forgotten. */
export type Handlers = Readonly<Record<CommandName, Handler>>;

/** Registers every command; whatever a handler throws becomes one notification. */
export function registerCommands(handlers: Handlers, notify: Notify): Disposable {
  return Disposable.from(
    ...Object.entries<Handler>(handlers).map(([name, handler]) =>
      commands.registerCommand(`loadlens.${name}`, async (...args: unknown[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          notify.failure(error);
          return undefined;
        }
      }),
    ),
  );
}
