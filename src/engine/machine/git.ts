import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { Source } from '../../core/record/run.ts';

const limitMs = 2_000;

/**
 * Returns commit and branch of the work tree that contains a file, and whether tracked files or the file itself are modified.
 * Empty without git, outside a work tree, before the first commit, or if git takes longer than 2 s.
 */
export async function readGitState(path: string): Promise<Pick<Source, 'gitCommit' | 'gitBranch' | 'gitDirty'>> {
  const folder = dirname(path);
  const [tree, file] = await Promise.all([
    git(folder, ['status', '--porcelain=v2', '--branch', '--untracked-files=no']),
    git(folder, ['status', '--porcelain', '--', basename(path)]),
  ]);
  const gitCommit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(tree ?? '')?.[1];
  if (tree === undefined || file === undefined || gitCommit === undefined) return {};
  const gitBranch = /^# branch\.head (?!\(detached\)$)(.+)$/m.exec(tree)?.[1];
  return { gitCommit, ...(gitBranch !== undefined && { gitBranch }), gitDirty: file !== '' || /^[^#]/m.test(tree) };
}

/** Returns git's output; undefined if it fails. Runs no helper of the repository and takes no lock. */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['-c', 'core.fsmonitor=false', ...args],
      { cwd: folder, timeout: limitMs, windowsHide: true, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } },
      (error, stdout) => resolve(error ? undefined : stdout),
    );
  });
}
