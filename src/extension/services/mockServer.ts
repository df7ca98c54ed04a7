import { EventEmitter, l10n, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { LoadlensError } from '../../core/errors.ts';
import { readMockEvent, type MockCommand, type MockEvent, type MockOptions } from '../../processes/messages.ts';
import { setContextKey } from './contextKeys.ts';
import { endedWith, forkEntry, sendTo } from './childProcess.ts';
import { numberSetting } from './settings.ts';

/** What the mock server is doing. */
export type MockState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | {
      readonly kind: 'running';
      readonly port: number;
      readonly url: string;
      readonly inFlight: number;
      readonly limit: number;
      readonly served: number;
    };

/** The bundled mock server, in a process of its own that never outlives the window. */
export interface MockService extends Disposable {
  readonly state: () => MockState;
  /** At most twice a second while requests come in. */
  readonly onDidChange: Event<MockState>;
  /** It ended by itself while it was running: one sentence that says how. */
  readonly onDidCrash: Event<string>;
  /** Resolves when it listens; a LoadlensError says why it can't. */
  readonly start: (options: MockOptions) => Promise<void>;
  /** Resolves when its process is gone. */
  readonly stop: () => Promise<void>;
}

/** What the settings ask of the mock server. */
export const mockOptions = (): MockOptions => ({
  port: numberSetting('mock.port'),
  maxConcurrentRequests: numberSetting('mock.maxConcurrentRequests'),
  timeScale: numberSetting('mock.timeScale'),
});

const stopLimitMs = 2000;

/** Makes the mock service; `entry` is the bundle to fork. */
export function createMockService(entry: string, log: LogOutputChannel): MockService {
  const changed = new EventEmitter<MockState>();
  const crashed = new EventEmitter<string>();
  let state: MockState = { kind: 'stopped' };
  let child: ChildProcess | undefined;
  let starting: Promise<void> | undefined;

  const set = (next: MockState): void => {
    state = next;
    setContextKey('mockRunning', next.kind === 'running');
    changed.fire(next);
  };

  const launch = (options: MockOptions): Promise<void> =>
    new Promise((resolve, reject) => {
      const mine = forkEntry(entry, log);
      child = mine;
      set({ kind: 'starting' });
      const fail = (error: Error): void => {
        if (child !== mine) return;
        const wasRunning = state.kind === 'running';
        child = undefined;
        mine.kill();
        set({ kind: 'stopped' });
        if (wasRunning) crashed.fire(error.message);
        else reject(error);
      };
      mine.on('error', fail);
      const onEvent = (event: MockEvent): void => {
        if (event.type === 'ready') {
          sendTo(mine, { type: 'start', options } satisfies MockCommand);
        } else if (event.type === 'listening') {
          log.info(`The mock server listens on ${event.url}.`);
          set({ kind: 'running', ...event, inFlight: 0, limit: options.maxConcurrentRequests, served: 0 });
          resolve();
        } else if (event.type === 'status' && state.kind === 'running') {
          set({ ...state, inFlight: event.inFlight, limit: event.limit, served: event.served });
        } else if (event.type === 'failure') {
          if (event.stack !== undefined) log.error(event.stack);
          fail(new LoadlensError(event.message, { hint: event.hint }));
        }
      };
      mine.on('message', (message: unknown) => {
        if (child !== mine) return;
        try {
          onEvent(readMockEvent(message));
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      });
      mine.on('exit', (code, signal) => {
        const how = endedWith(code, signal);
        const ended = new LoadlensError(l10n.t('The mock server ended by itself ({0}).', how), {
          hint: l10n.t('The log says why.'),
        });
        if (child === mine) fail(ended);
        else reject(ended);
      });
    });

  const stop = async (): Promise<void> => {
    const mine = child;
    if (mine === undefined) return;
    child = undefined;
    set({ kind: 'stopped' });
    if (mine.exitCode !== null || mine.signalCode !== null) return;
    const gone = once(mine, 'exit');
    sendTo(mine, { type: 'stop' } satisfies MockCommand);
    const killer = setTimeout(() => mine.kill('SIGKILL'), stopLimitMs);
    await gone;
    clearTimeout(killer);
    log.info('The mock server stopped.');
  };

  return {
    state: () => state,
    onDidChange: changed.event,
    onDidCrash: crashed.event,
    start: (options) => {
      if (state.kind === 'running') return Promise.resolve();
      starting ??= launch(options).finally(() => (starting = undefined));
      return starting;
    },
    stop,
    dispose: () => {
      // A polite signal: the server closes its connections, then goes.
      child?.kill();
      child = undefined;
      changed.dispose();
      crashed.dispose();
    },
  };
}
