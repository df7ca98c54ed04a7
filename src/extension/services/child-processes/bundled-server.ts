import { EventEmitter, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { leadsTo, type BundledServerId } from '../../../core/endpoints/bundled-servers.ts';
import { LoadlensError } from '../../../core/errors.ts';
import type { FailureMessage } from '../../../processes/messages.ts';
import { nameOfServerAt } from '../../../processes/other-servers.ts';
import type { CommandName, ContextKeyName } from '../../contributions.ts';
import { setContextKey } from '../workspace/context-keys.ts';
import { endedWith, forkEntry, lastWords, sendTo } from './child-process.ts';
import { numberSetting, switchSetting } from '../workspace/settings.ts';

/** Current activity of a running server, in words. */
export interface Activity {
  /** `3 in flight` */
  readonly short: string;
  /** `3 of 10 in flight` */
  readonly long: string;
  /** `12 requests served` */
  readonly total: string;
}

/** Messages of any server's process. */
export type ServerNews =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly step: string }
  | {
      readonly type: 'listening';
      readonly port: number;
      readonly url: string;
      readonly activity: Activity;
      /** Remark that must be shown with the server. */
      readonly note?: string;
    }
  | { readonly type: 'status'; readonly activity: Activity }
  | FailureMessage;

/** A bundled server: everything that distinguishes it from the others. */
export interface ServerKind<Options> {
  /** Its settings are below this name: port and autoStart at least. */
  readonly id: BundledServerId;
  /** The bundle to fork. */
  readonly entry: string;
  readonly start: CommandName;
  readonly stop: CommandName;
  readonly runningKey: ContextKeyName;
  /** Set where its bundle is not in the installed package; absent for a server that always is. */
  readonly missingKey?: ContextKeyName;
  /** Its start takes a while, and is shown with a cancel button. */
  readonly slowStart: boolean;
  /** Time to stop before it's terminated. */
  readonly stopLimitMs: number;
  /** Options from the settings. */
  readonly options: () => Options;
  /** Reads what its process sent; throws for anything else. */
  readonly read: (message: unknown, options: Options) => ServerNews;
  readonly words: ServerWords;
}

/** Names and texts of a server. */
export interface ServerWords {
  readonly title: string;
  /** In a sentence. */
  readonly name: string;
  /** Purpose of the server. */
  readonly what: string;
  readonly starting: string;
  readonly startLens: string;
  readonly stopLens: (port: number, doing: string) => string;
  readonly startAndRun: string;
  readonly endedByItself: (how: string) => string;
  /** Error if the server isn't in the package, and what to do. */
  readonly missing: { readonly message: string; readonly hint: string };
}

/** State of a server. */
export type ServerState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped' }
  /** Stopped, and something that this window didn't start listens on its port. */
  | {
      readonly kind: 'elsewhere';
      /** The same server, of another window or a terminal. */
      readonly isOwn: boolean;
      /** Name in its responses; empty if it sends none. */
      readonly name: string;
    }
  | { readonly kind: 'starting'; readonly step: string | undefined }
  | ({ readonly kind: 'running' } & Omit<Extract<ServerNews, { type: 'listening' }>, 'type'>);

/** A server in a separate process that never outlives the window. */
export interface BundledServer
  extends Disposable, Pick<ServerKind<unknown>, 'id' | 'start' | 'stop' | 'slowStart' | 'words'> {
  readonly state: () => ServerState;
  /** Address where it listens, or would listen. */
  readonly port: () => number;
  /** Of its process, while it listens. */
  readonly pid: () => number | undefined;
  /** Whether a run that needs it may start it without asking. */
  readonly startsUnasked: () => boolean;
  /** At most twice a second while requests arrive. */
  readonly onDidChange: Event<ServerState>;
  /** It stopped unexpectedly: one sentence with the reason, and its last output. */
  readonly onDidCrash: Event<string>;
  /** True if it listens, false if it was stopped in the meantime. A LoadlensError explains why it can't start. */
  readonly launch: () => Promise<boolean>;
  /** Resolves when its process has ended. */
  readonly end: () => Promise<void>;
  /** Asks who listens on its port, unless this window started it. Sends one request. */
  readonly look: () => Promise<void>;
}

/** Cause of the error of a server whose port is taken. */
const portInUse: FailureMessage['code'] = 'portInUse';

/** Returns true for the error of a server whose port is taken. */
export const isPortInUse = (error: unknown): boolean => error instanceof LoadlensError && error.cause === portInUse;

/** Returns the server that listens, or would listen, at an address; undefined if none does. */
export function serverFor(servers: readonly BundledServer[], url: URL): BundledServer | undefined {
  return servers.find((server) => server.state().kind !== 'missing' && leadsTo(url, server.port()));
}

/** Makes the service around one server. */
export function createBundledServer<Options extends object>(
  kind: ServerKind<Options>,
  log: LogOutputChannel,
): BundledServer {
  const { id, entry, start, stop, slowStart, words } = kind;
  const changed = new EventEmitter<ServerState>();
  const crashed = new EventEmitter<string>();
  const missing = kind.missingKey !== undefined && !existsSync(entry);
  if (kind.missingKey !== undefined) setContextKey(kind.missingKey, missing);
  let state: ServerState = missing ? { kind: 'missing' } : { kind: 'stopped' };
  let child: ChildProcess | undefined;
  let starting: Promise<boolean> | undefined;
  let ending: Promise<void> | undefined;

  const set = (next: ServerState): void => {
    state = next;
    setContextKey(kind.runningKey, next.kind === 'running');
    changed.fire(next);
  };

  const launch = (options: Options): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const mine = forkEntry(entry, log);
      const last = lastWords(mine);
      child = mine;
      set({ kind: 'starting', step: undefined });
      const fail = (error: LoadlensError): void => {
        if (child !== mine) return;
        const wasRunning = state.kind === 'running';
        child = undefined;
        mine.kill();
        set({ kind: 'stopped' });
        if (wasRunning) crashed.fire([error.message, last()].join(' ').trim());
        else reject(error);
      };
      const endedByItself = (how: string): LoadlensError =>
        new LoadlensError(words.endedByItself(how), { hint: last() });
      const hear = (news: ServerNews): void => {
        if (news.type === 'ready') {
          sendTo(mine, { type: 'start', options });
        } else if (news.type === 'progress') {
          if (state.kind === 'starting' && state.step !== news.step) set({ kind: 'starting', step: news.step });
        } else if (news.type === 'listening') {
          const { type: _, ...where } = news;
          log.info(`${words.title}: listens on ${news.url}.`);
          set({ kind: 'running', ...where });
          resolve(true);
        } else if (news.type === 'status') {
          if (state.kind === 'running') set({ ...state, activity: news.activity });
        } else {
          const { message, hint, stack, code: cause } = news;
          if (stack !== undefined) log.error(stack);
          fail(new LoadlensError(message, { hint, cause }));
        }
      };
      mine.on('message', (message: unknown) => {
        if (child !== mine) return;
        try {
          hear(kind.read(message, options));
        } catch (error) {
          fail(endedByItself(error instanceof Error ? error.message : String(error)));
        }
      });
      mine.on('error', (error) => fail(endedByItself(error.message)));
      // Not "exit", because all messages have arrived by now.
      mine.on('close', (code, signal) => {
        fail(endedByItself(endedWith(code, signal)));
        // It was stopped during its start.
        resolve(false);
      });
    });

  const end = async (mine: ChildProcess): Promise<void> => {
    if (mine.exitCode !== null || mine.signalCode !== null) return;
    const gone = once(mine, 'close');
    sendTo(mine, { type: 'stop' });
    const killer = setTimeout(() => mine.kill('SIGKILL'), kind.stopLimitMs);
    await gone;
    clearTimeout(killer);
    log.info(`${words.title}: stopped.`);
  };

  const launchOnce = async (): Promise<boolean> => {
    await ending;
    return launch(kind.options());
  };

  return {
    id,
    start,
    stop,
    slowStart,
    words,
    state: () => state,
    port: () => (state.kind === 'running' ? state.port : numberSetting(`${id}.port`)),
    pid: () => (state.kind === 'running' ? child?.pid : undefined),
    startsUnasked: () => switchSetting(`${id}.autoStart`),
    onDidChange: changed.event,
    onDidCrash: crashed.event,
    launch: async () => {
      if (missing) throw new LoadlensError(words.missing.message, { hint: words.missing.hint });
      if (state.kind === 'running') return true;
      starting ??= launchOnce().finally(() => (starting = undefined));
      return starting;
    },
    end: () => {
      const mine = child;
      if (mine === undefined) return ending ?? Promise.resolve();
      child = undefined;
      set({ kind: 'stopped' });
      ending = end(mine);
      return ending;
    },
    look: async () => {
      const before = state;
      if (before.kind !== 'stopped' && before.kind !== 'elsewhere') return;
      const name = await nameOfServerAt('127.0.0.1', numberSetting(`${id}.port`));
      // It may have been started meanwhile.
      if (state !== before) return;
      if (name === undefined) {
        if (before.kind !== 'stopped') set({ kind: 'stopped' });
      } else if (before.kind !== 'elsewhere' || before.name !== name) {
        set({ kind: 'elsewhere', isOwn: name === `loadlens-${id}`, name });
      }
    },
    dispose: () => {
      // A polite signal: the server closes its connections, then goes.
      child?.kill();
      child = undefined;
      changed.dispose();
      crashed.dispose();
    },
  };
}
