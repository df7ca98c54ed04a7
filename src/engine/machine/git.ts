import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { Source } from '../../core/record/run.ts';

const limitMs = 2_000;

/**
 * The commit that a file's work tree stands at, and whether tracked files there, or the file itself, differ from it.
 * Empty without git, outside a work tree, before the first commit, or when git takes longer than 2 s.
 */
export async function readGitState(path: string): Promise<Pick<Source, 'gitCommit' | 'gitDirty'>> {
  const folder = dirname(path);
  const [tree, file] = await Promise.all([
    git(folder, ['status', '--porcelain=v2', '--branch', '--untracked-files=no']),
    git(folder, ['status', '--porcelain', '--', basename(path)]),
  ]);
  const gitCommit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(tree ?? '')?.[1];
  if (tree === undefined || file === undefined || gitCommit === undefined) return {};
  return { gitCommit, gitDirty: file !== '' || /^[^#]/m.test(tree) };
}

/** What git says; undefined when it fails for any reason. It starts no helper of the repository's and takes no lock. */
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
