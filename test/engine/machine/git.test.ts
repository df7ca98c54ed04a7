import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGitState } from '../../../src/engine/machine/git.ts';

describe('readGitState', () => {
  let folder: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    }).trim();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'loadlens-git-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is empty outside a work tree and for a missing folder', async () => {
    assert.deepEqual(await readGitState(join(folder, 'endpoints.txt')), {});
    assert.deepEqual(await readGitState(join(folder, 'nowhere', 'endpoints.txt')), {});
  });

  it('returns commit and branch, and whether the work tree or the file differs from it', async () => {
    mkdirSync(join(folder, 'sub'));
    const file = join(folder, 'sub', 'endpoints.txt');
    const other = join(folder, 'server.txt');
    git('init', '-q', '-b', 'trunk');
    assert.deepEqual(await readGitState(file), {});
    writeFileSync(other, 'one\n');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    const gitCommit = git('rev-parse', 'HEAD');

    assert.deepEqual(await readGitState(file), { gitCommit, gitBranch: 'trunk', gitDirty: false });
    writeFileSync(join(folder, 'untracked.txt'), 'not of interest');
    assert.deepEqual(await readGitState(file), { gitCommit, gitBranch: 'trunk', gitDirty: false });
    writeFileSync(file, 'http://127.0.0.1/');
    assert.deepEqual(await readGitState(file), { gitCommit, gitBranch: 'trunk', gitDirty: true });
    rmSync(file);
    appendFileSync(other, 'two\n');
    git('checkout', '-q', '--detach');
    assert.deepEqual(await readGitState(file), { gitCommit, gitDirty: true });
  });
});
