import { fork, type ChildProcess } from 'node:child_process';
import type { LogOutputChannel } from 'vscode';

/**
 * Starts one of our bundles in a separate process, on the extension host's own Node, never a `node` from PATH. The
 * host's own flags and environment variables aren't passed on. Its output goes to the log, and its messages arrive as
 * events.
 */
export function forkEntry(entry: string, log: LogOutputChannel): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  const child = fork(entry, [], {
    execPath: process.execPath,
    execArgv: [],
    env: { ...Object.fromEntries(inherited), ELECTRON_RUN_AS_NODE: '1' },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => log.debug(`[${child.pid}] ${text.trimEnd()}`));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.warn(`[${child.pid}] ${text.trimEnd()}`));
  log.debug(`Started ${entry} as process ${child.pid}.`);
  return child;
}

/**
 * Keeps the last output of a child on standard error. Returns a function that returns its last lines, or an empty text.
 */
export function lastWords(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (text: string) => (tail = (tail + text).slice(-mostTail)));
  return () =>
    tail
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .slice(-lastLines)
      .join(' · ')
      .slice(-mostWords);
}

const mostTail = 4000;
const lastLines = 3;
const mostWords = 300;

/** Sends a message to a child. If the child has ended, nothing happens, and its exit event follows. */
export function sendTo(child: ChildProcess, message: object): void {
  if (child.connected) child.send(message, () => {});
}

/** How a process ended, for people: `exit code 1`, `signal SIGKILL`. */
export const endedWith = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;
