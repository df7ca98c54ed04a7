// A git repository with a server whose files as they are take longer than its commit.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** A server that takes some milliseconds, and a process that leaves its group. Both note their IDs. */
const serverTaking = (ms: number, notes: string): string => `
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
const port = Number(process.argv[2]);
const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { detached: true, stdio: 'ignore' });
appendFileSync(${JSON.stringify(notes)}, [process.pid, other.pid].map((pid) => JSON.stringify({ pid, port }) + '\\n').join(''));
let served = 0;
createServer((request, response) => {
  if (request.url === '/health') return response.end('well');
  if (request.url === '/served') return response.end(String(served));
  served += 1;
  if (request.url === '/end') process.exit(3);
  setTimeout(() => response.end(process.cwd()), ${ms});
}).listen(port, '127.0.0.1');
`;

/** A repository whose server takes longer as its files are than on branch `main`. */
export interface SlowerCommit {
  readonly path: string;
  readonly git: (...args: string[]) => string;
  /** The processes of the servers that were started so far, two a server. */
  readonly started: () => { readonly pid: number; readonly port: number }[];
  /** Number of requests that a server has seen, by its port. */
  readonly served: (port: number) => Promise<number>;
  /** `worktree <folder>`, one for each work tree. */
  readonly worktrees: () => string[];
  /** Every file of the repository with its content. */
  readonly files: () => string[];
  /** Fails unless processes, ports, work trees, and changes of files are gone. */
  readonly checkNothingLeft: (before: readonly string[]) => Promise<void>;
}

/**
 * Makes the repository in a new folder below this one.
 * @param slowerMs time that the server takes as its files are, ms
 * @param mainMs time that it takes on branch `main`, ms
 */
export function makeSlowerCommit(folder: string, name = 'repository', slowerMs = 22, mainMs = 20): SlowerCommit {
  const path = join(folder, name);
  const notes = join(folder, `${name}-notes`);
  const hook = join(folder, `${name}-hook`);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: path,
      encoding: 'utf8',
    });
  mkdirSync(path);
  git('init', '--quiet', '--initial-branch=main');
  writeFileSync(join(path, 'server.mjs'), serverTaking(mainMs, notes));
  writeFileSync(join(path, 'endpoints.txt'), '@base = http://127.0.0.1:3000\n\n{{base}}/x\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  writeFileSync(join(path, 'server.mjs'), serverTaking(slowerMs, notes));
  writeFileSync(join(path, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${hook}'\n`, { mode: 0o755 });

  const started = (): { pid: number; port: number }[] =>
    existsSync(notes)
      ? readFileSync(notes, 'utf8')
          .trim()
          .split('\n')
          .map((line): { pid: number; port: number } => JSON.parse(line))
      : [];
  const worktrees = (): string[] => git('worktree', 'list', '--porcelain').match(/^worktree .*$/gm) ?? [];
  const files = (): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((file) => (isFile(file) ? `${file} ${readFileSync(file, 'hex')}` : file));
  let checked = 0;
  return {
    path,
    git,
    started,
    served: async (port) => Number(await (await fetch(`http://127.0.0.1:${port}/served`)).text()),
    worktrees,
    files,
    async checkNothingLeft(before) {
      const all = started();
      // The ports of earlier servers may be in use again.
      for (const { pid, port } of all.slice(checked)) {
        await waitFor(`process ${pid} ends`, () => !isAlive(pid));
        // A killed process holds its sockets until the last of its threads has ended.
        await waitFor(`port ${port} is closed`, async () => !(await accepts(port)));
      }
      checked = all.length;
      // Git no longer lists a work tree whose last files it is still removing.
      await waitFor('work trees are gone', () => worktrees().length === 1 && files().length <= before.length);
      assert.deepEqual(files(), before);
      assert.equal(existsSync(hook), false, 'a hook ran');
    },
  };
}

const isFile = (path: string): boolean => !existsSync(join(path, '.'));

/** Returns whether a process runs; one that has ended and is only listed doesn't. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Returns whether a port of this machine accepts a connection. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
