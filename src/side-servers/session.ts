import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { addWorktree, forgetWorktree, forgetWorktreeNow, type Repository, type Revision } from './git.ts';
import {
  endTree,
  identityOf,
  isRunning,
  killTree,
  startTree,
  type ProcessIdentity,
  type ProcessTree,
} from './process-tree.ts';

const identitySchema = v.object({ pid: v.number(), started: v.nullable(v.string()) });

/**
 * Everything that a comparison must remove again. It's written down before it's created, because the process may be
 * killed at any time.
 */
const stateSchema = v.object({
  /** Machine, because several may share a home folder. */
  host: v.string(),
  owner: identitySchema,
  worktrees: v.array(v.object({ repository: v.string(), folder: v.string() })),
  trees: v.array(identitySchema),
});
type State = v.InferOutput<typeof stateSchema>;

/** The work trees and processes of one comparison. */
export interface Session {
  /** Folder for files of the session. */
  readonly folder: string;
  /** Checks a commit out and returns the folder of its work tree. */
  addWorktree(repository: Repository, side: string, revision: Revision): Promise<string>;
  start(command: string, options: { cwd: string; env: NodeJS.ProcessEnv; output: string }): Promise<ProcessTree>;
  /** Ends the processes of one command. */
  end(tree: ProcessTree): Promise<void>;
  /** Ends all processes and removes all files and work trees. */
  close(): Promise<void>;
}

/**
 * Opens a session, after removing leftovers of dead processes.
 * @param root folder of all sessions
 * @param note tells the user what was removed
 */
export async function openSession(root: string, note: (text: string) => void): Promise<Session> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  await removeLeftovers(root, note);
  const self = identityOf(process.pid);
  const id = `${process.pid}-${Date.now().toString(36)}`;
  const folder = join(root, id);
  const worktrees: State['worktrees'] = [];
  const trees: ProcessIdentity[] = [];
  const save = (): void => {
    const state: State = { host: hostname(), owner: self, worktrees, trees };
    const draft = join(root, `${id}.tmp`);
    writeFileSync(draft, JSON.stringify(state));
    renameSync(draft, stateFile(root, id));
  };
  save();
  mkdirSync(folder, { mode: 0o700 });
  const atExit = (): void => takeAwayNow(root, id);
  process.once('exit', atExit);
  return {
    folder,
    async addWorktree(repository, side, revision) {
      const place = join(folder, `loadlens-${id}-${side}`);
      worktrees.push({ repository: repository.top, folder: place });
      save();
      await addWorktree(repository, place, revision);
      return join(place, repository.prefix);
    },
    async start(command, options) {
      const tree = await startTree(command, { ...options, session: id });
      trees.push(tree.identity);
      save();
      return tree;
    },
    end: (tree) => endTree(tree.identity, id),
    async close() {
      await takeAway(root, id);
      process.off('exit', atExit);
    },
  };
}

const stateFile = (root: string, id: string): string => join(root, `${id}.json`);

function readState(root: string, id: string): State | undefined {
  try {
    const read = v.safeParse(stateSchema, JSON.parse(readFileSync(stateFile(root, id), 'utf8')));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes leftovers of dead processes of this machine.
 * @param root folder of all sessions; may be missing
 */
export async function removeLeftovers(root: string, note: (text: string) => void): Promise<void> {
  if (!existsSync(root)) return;
  for (const id of leftovers(root)) {
    await takeAway(root, id);
    note('Removed the work trees and servers of a comparison that was killed.');
  }
}

/** Returns the sessions of this machine whose process has ended. */
function leftovers(root: string): string[] {
  return readdirSync(root)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((id) => {
      const state = readState(root, id);
      return state !== undefined && state.host === hostname() && !isRunning(state.owner);
    });
}

/** Removes everything that a session created; its state last, so that a later start can continue. */
async function takeAway(root: string, id: string): Promise<void> {
  const { trees = [], worktrees = [] } = readState(root, id) ?? {};
  await Promise.all(trees.map((tree) => endTree(tree, id)));
  await rm(join(root, id), { recursive: true, force: true, maxRetries: 3 });
  for (const { repository, folder } of worktrees) {
    if (existsSync(repository)) await forgetWorktree(repository, folder);
  }
  rmSync(stateFile(root, id), { force: true });
}

/** Does the same before the process ends. */
function takeAwayNow(root: string, id: string): void {
  const { trees = [], worktrees = [] } = readState(root, id) ?? {};
  for (const tree of trees) killTree(tree, id);
  rmSync(join(root, id), { recursive: true, force: true, maxRetries: 3 });
  for (const { repository, folder } of worktrees) forgetWorktreeNow(repository, folder);
  rmSync(stateFile(root, id), { force: true });
}
