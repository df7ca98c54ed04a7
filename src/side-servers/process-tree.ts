import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Environment variable that marks every process of a session. */
const marker = 'LOADLENS_AB_SESSION';
/** Time that processes have to end by themselves, ms. */
const graceMs = 5_000;
const pollMs = 25;

/** Identity of a process. Process IDs are reused, so the ID alone isn't enough. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the system's format; null if unknown. */
  readonly started: string | null;
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A shell command with all processes that it starts. */
export interface ProcessTree {
  readonly identity: ProcessIdentity;
  /** Resolves when the shell has ended. */
  readonly ended: Promise<End>;
}

/**
 * Starts a shell command in a separate process group, so that Ctrl+C in the terminal doesn't reach it. Its output goes
 * to a file, because reading it would take time from the event loop that measures.
 * @throws if the shell can't be started
 */
export async function startTree(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly output: string; readonly session: string },
): Promise<ProcessTree> {
  const output = openSync(options.output, 'a');
  try {
    const child = spawn(command, {
      shell: true,
      cwd: options.cwd,
      env: { ...options.env, [marker]: options.session },
      detached: process.platform !== 'win32',
      stdio: ['ignore', output, output],
      windowsHide: true,
    });
    const ended = new Promise<End>((resolve) =>
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      }),
    );
    await once(child, 'spawn');
    return { identity: identityOf(child.pid ?? 0), ended };
  } finally {
    closeSync(output);
  }
}

/** Ends all processes of a tree: sends SIGTERM first, and kills those that remain after 5 s. */
export async function endTree(root: ProcessIdentity, session: string): Promise<void> {
  const deadline = Date.now() + graceMs;
  for (let first = true; ; first = false) {
    const left = processesOf(root, session);
    if (left.length === 0) return;
    if (first || Date.now() > deadline) signalAll(left, first ? 'SIGTERM' : 'SIGKILL');
    if (Date.now() > deadline + graceMs) return;
    await sleep(pollMs);
  }
}

/** Kills all processes of a tree, without waiting. */
export function killTree(root: ProcessIdentity, session: string): void {
  signalAll(processesOf(root, session), 'SIGKILL');
}

/** Returns the identity of a process that runs now. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

/** Returns whether a process still runs. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  if (started !== null) return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A negative ID is that of a process group. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      if (process.platform === 'win32') execFileSync('taskkill', ['/pid', `${pid}`, '/t', '/f'], { stdio: 'ignore' });
      else process.kill(pid, signal);
    } catch {
      // Ended in the meantime.
    }
  }
}

/**
 * Returns the running processes of a tree. On Linux, these are the processes of its group and those with the session in
 * their environment, which a process that leaves the group keeps.
 */
function processesOf(root: ProcessIdentity, session: string): number[] {
  if (process.platform === 'linux') return linuxProcesses().filter((pid) => belongs(pid, root, session));
  // A group remains after its leader has ended, but then its owner is unknown.
  return isRunning(root) ? [process.platform === 'win32' ? root.pid : -root.pid] : [];
}

function belongs(pid: number, root: ProcessIdentity, session: string): boolean {
  const stat = statOf(pid);
  if (stat === null || stat.state === 'Z') return false;
  if (stat.group === root.pid && isSameOrGone(root)) return true;
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${marker}=${session}`);
  } catch {
    return false;
  }
}

/** False if another process now has the ID of the leader, and leads another group. */
function isSameOrGone({ pid, started }: ProcessIdentity): boolean {
  const now = startOf(pid);
  return now === null || now === started;
}

function linuxProcesses(): number[] {
  return readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) && Number(name) !== process.pid ? [Number(name)] : [],
  );
}

function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = statOf(pid);
    return stat && stat.state !== 'Z' ? `${bootId()} ${stat.started}` : null;
  }
  if (process.platform === 'win32') return null;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * Returns fields of /proc/<pid>/stat; null for a process that has ended. The name in parentheses may contain anything.
 */
function statOf(pid: number): { readonly state: string; readonly group: number; readonly started: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]), started: fields[19] ?? '' };
  } catch {
    return null;
  }
}
