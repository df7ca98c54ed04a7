import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { LoadlensError } from '../core/errors.ts';

/**
 * Environment variables that children must not get: git's variables that name a repository, which a git hook sets, and
 * the one that turns the editor's program into Node.
 */
const bound = new Set([
  'ELECTRON_RUN_AS_NODE',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
]);

/** Returns the environment for other programs. */
export function freeEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !bound.has(name)));
}

/** Runs no hook and no monitor of the repository, and doesn't tidy it. */
const quietly = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];

/** A commit to be compared. */
export interface Revision {
  /** As the user wrote it. */
  readonly ref: string;
  readonly commit: string;
}

/** A repository, and the place in it that the comparison was started from. */
export interface Repository {
  /** Top folder of the user's work tree. */
  readonly top: string;
  /** Path of the current folder below it, such as `packages/api/`. */
  readonly prefix: string;
}

/**
 * Returns the repository around a folder.
 * @throws LoadlensError without one, or without git
 */
export async function findRepository(folder: string): Promise<Repository> {
  const { code, stdout, stderr } = await git(folder, ['rev-parse', '--show-toplevel', '--show-prefix']);
  const [top = '', prefix = ''] = stdout.split('\n');
  if (code === 0 && top !== '') return { top, prefix };
  throw new LoadlensError(`${folder} isn't in a git work tree: ${lastLine(stderr)}.`, {
    hint: 'Use a clone of the repository, or compare the addresses of two servers.',
  });
}

/**
 * Returns the commit that a ref names.
 * @throws LoadlensError if there is none
 */
export async function resolveRef({ top }: Repository, ref: string): Promise<Revision> {
  const { code, stdout } = ref.startsWith('-')
    ? { code: 1, stdout: '' }
    : await git(top, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  const commit = stdout.trim();
  if (code === 0 && commit !== '') return { ref, commit };
  throw new LoadlensError(`Git ref ${ref} not found.`, {
    hint: `Use a branch, tag, or commit of this repository, or . for the files as they are. In CI, fetch it first: git fetch origin ${ref}.`,
  });
}

/** A branch, tag, or commit to choose. */
export interface RefChoice {
  readonly kind: 'branch' | 'tag' | 'commit';
  /** Argument for `resolveRef`. */
  readonly ref: string;
  /** Short ID of its commit. */
  readonly commit: string;
  /** `2 days ago` */
  readonly age: string;
  /** First line of its message. */
  readonly subject: string;
}

/** Most branches and tags, and most commits, to choose from. */
const mostChoices = 50;
/** Ends a field: no ref or first line has it. */
const gap = '%00';

const rows = ({ code, stdout }: Output): string[][] =>
  code === 0 ? stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\0')])) : [];

/** Returns the branches and tags, those with the newest commits first, and the last commits of the current branch. */
export async function listRefs({ top }: Repository): Promise<RefChoice[]> {
  const fields = [
    '%(refname)',
    '%(refname:short)',
    '%(objectname:short)',
    '%(creatordate:relative)',
    '%(contents:subject)',
  ];
  const named = ['for-each-ref', '--sort=-creatordate', `--count=${mostChoices}`, `--format=${fields.join(gap)}`];
  const [refs, log] = await Promise.all([
    git(top, [...named, 'refs/heads', 'refs/remotes', 'refs/tags']),
    git(top, ['log', `--max-count=${mostChoices}`, `--format=${['%h', '%cr', '%s'].join('%x00')}`]),
  ]);
  return [
    ...rows(refs)
      .filter(([name = '']) => !name.endsWith('/HEAD'))
      .map(([name = '', ref = '', commit = '', age = '', subject = '']): RefChoice => {
        const kind = name.startsWith('refs/tags/') ? 'tag' : 'branch';
        return { kind, ref, commit, age, subject };
      }),
    ...rows(log).map(([commit = '', age = '', subject = '']): RefChoice => ({
      kind: 'commit',
      ref: commit,
      commit,
      age,
      subject,
    })),
  ];
}

/**
 * Checks a commit out into a separate folder. Creates and moves no branch.
 * @throws LoadlensError if git can't
 */
export async function addWorktree({ top }: Repository, folder: string, { ref, commit }: Revision): Promise<void> {
  const { code, stderr } = await git(top, [...quietly, 'worktree', 'add', '--quiet', '--detach', folder, commit]);
  if (code === 0) return;
  throw new LoadlensError(`Can't check out ${ref}: ${lastLine(stderr)}.`, {
    hint: `Check it with: git worktree add --detach ../somewhere ${ref}`,
  });
}

/**
 * Makes git forget a work tree whose folder was removed. Keeps other work trees, even if their folders are missing,
 * too.
 */
export async function forgetWorktree(repository: string, folder: string): Promise<void> {
  await git(repository, [...quietly, ...forgetting(folder)]);
}

/** Does the same before the process ends. */
export function forgetWorktreeNow(repository: string, folder: string): void {
  spawnSync('git', [...quietly, ...forgetting(folder)], { cwd: repository, env: freeEnvironment(), stdio: 'ignore' });
}

const forgetting = (folder: string): string[] => ['worktree', 'remove', '--force', '--force', folder];

interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git in a separate process group, because Ctrl+C must not interrupt a write. */
async function git(cwd: string, args: readonly string[]): Promise<Output> {
  const options: SpawnOptions = {
    cwd,
    env: { ...freeEnvironment(), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  };
  const child = spawn('git', args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  try {
    const [code]: unknown[] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, stdout, stderr };
  } catch (error) {
    return { code: null, stdout: '', stderr: error instanceof Error ? error.message : String(error) };
  }
}

/** Last line of git's output, without its prefix and period. */
function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^fatal: /, '').replace(/\.$/, '');
}
