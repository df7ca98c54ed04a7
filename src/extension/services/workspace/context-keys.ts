import { commands } from 'vscode';
import { contextKeys, type ContextKeyName } from '../../contributions.ts';

const last = new Map<ContextKeyName, boolean>();

/** Sets a context key for `when` clauses, unless it already has this value. */
export function setContextKey(name: ContextKeyName, value: boolean): void {
  if (last.get(name) === value) return;
  last.set(name, value);
  void commands.executeCommand('setContext', contextKeys[name], value);
}
