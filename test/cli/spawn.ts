import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line's entry file, run by Node as it is. */
export const cliPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What a finished process has said. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that may still run. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Outcome>;
  /** Resolves with standard output as soon as it matches. */
  printed(pattern: RegExp): Promise<string>;
}

/** Starts a process. Its standard input ends after `input`; without, it stays open. */
export function start(command: string, args: readonly string[], options: StartOptions): Running {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (options.input !== undefined) child.stdin.end(options.input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return {
    child,
    finished: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))),
    printed: async (pattern) => {
      while (!pattern.test(stdout)) await new Promise((resolve) => setTimeout(resolve, 5));
      return stdout;
    },
  };
}

/** Where and how a process is started. */
export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | undefined;
}

/** Starts the command line. */
export const startCli = (args: readonly string[], options: StartOptions): Running =>
  start(process.execPath, [cliPath, ...args], options);

/** Runs the command line to its end. */
export const runCli = (args: readonly string[], options: StartOptions): Promise<Outcome> =>
  startCli(args, options).finished;

/** A folder of the test's own, removed after each test. */
export function freshFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'loadlens-cli-'));
  });
  afterEach(() => rmSync(folder.path, { recursive: true }));
  return folder;
}
