import { EventEmitter, window, type Disposable, type Event, type SecretStorage } from 'vscode';
import { setContextKey } from './context-keys.ts';

/** Values for `{{$secret NAME}}`, kept by the editor's secret storage, never in a file, a report or the log. */
export interface Secrets extends Disposable {
  readonly onDidChange: Event<void>;
  readonly names: () => Promise<readonly string[]>;
  /** Asks for a value and keeps it; undefined when the user went away. */
  readonly ask: (name: string) => Promise<string | undefined>;
  readonly forget: (name: string) => Promise<void>;
  /** Every value by name, asking once for those that are missing; undefined when the user went away. */
  readonly resolve: (names: readonly string[]) => Promise<ReadonlyMap<string, string> | undefined>;
}

const prefix = 'secret:';

/** Makes the Secrets around the editor's storage. */
export function createSecrets(storage: SecretStorage): Secrets {
  const changed = new EventEmitter<void>();

  const names = async (): Promise<readonly string[]> =>
    (await storage.keys())
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .toSorted();

  const refresh = async (): Promise<void> => {
    setContextKey('hasSecrets', (await names()).length > 0);
    changed.fire();
  };
  void refresh();
  const subscription = storage.onDidChange(() => void refresh());

  const ask = async (name: string): Promise<string | undefined> => {
    const value = await window.showInputBox({
      title: `Secret ${name}`,
      prompt: 'Stored in the editor’s secret storage and masked in all results.',
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => (text === '' ? 'Type a value.' : undefined),
    });
    if (value !== undefined) await storage.store(prefix + name, value);
    return value;
  };

  return {
    onDidChange: changed.event,
    names,
    ask,
    forget: async (name) => {
      await storage.delete(prefix + name);
    },
    resolve: async (wanted) => {
      const values = new Map<string, string>();
      for (const name of new Set(wanted)) {
        const value = (await storage.get(prefix + name)) ?? (await ask(name));
        if (value === undefined) return undefined;
        values.set(name, value);
      }
      return values;
    },
    dispose: () => {
      subscription.dispose();
      changed.dispose();
    },
  };
}
