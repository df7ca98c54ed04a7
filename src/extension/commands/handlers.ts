import { commands, Disposable } from 'vscode';
import type { CommandName } from '../contributions.ts';
import type { Notify } from '../services/workspace/notify.ts';

/** Handler of a command. Arguments come from menus, CodeLenses, and other extensions, so each handler checks them. */
export type Handler = (...args: readonly unknown[]) => unknown;

/** A handler for each command, none forgotten. */
export type Handlers = Readonly<Record<CommandName, Handler>>;

/** Registers every command. An exception in a handler becomes one notification. */
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
