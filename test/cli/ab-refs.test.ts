import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readComparison } from '../../src/core/record/comparisons/read-comparison.ts';
import { accepts, isAlive, makeSlowerCommit, type SlowerCommit } from '../support/slower-commit.ts';
import { waitFor } from '../support/wait-for.ts';
import { freshFolder, runCli, startCli, type Outcome, type Running } from './spawn.ts';

/** How long a busy machine may take to start two servers and to measure, ms. */
const patienceMs = 60_000;

describe('loadlens ab with two commits', function () {
  this.timeout(180_000);
  const folder = freshFolder();
  let commit: SlowerCommit;

  beforeEach(() => {
    commit = makeSlowerCommit(folder.path);
  });

  const options = () => ({
    cwd: commit.path,
    env: { XDG_CACHE_HOME: join(folder.path, 'cache'), SERVICE_PASSWORD: 'hunter22' },
  });
  const serve = ['--serve', 'PASSWORD=hunter22 node server.mjs {port}', '--ready', '/health'];
  const sides = ['--a-ref', 'main', '--b-ref', '.'];
  const ab = (...args: string[]): Promise<Outcome> => runCli(['ab', ...args], options());
  const start = (...args: string[]): Running => startCli(['ab', ...args], options());
  /** What a command that may not run says. */
  const sentence = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await ab(...args);
    assert.equal(code, 2, stderr);
    return stderr.split('\n')[0] ?? '';
  };
  async function nothingLeft(before: readonly string[]): Promise<void> {
    await commit.checkNothingLeft(before);
    assert.deepEqual(readdirSync(join(folder.path, 'cache/loadlens/ab')), []);
  }

  it('finds the commit that is 10% slower, and leaves no files behind', async () => {
    // So long that the delays of a busy machine, which are the same for both, don't make it much less than 10%.
    commit = makeSlowerCommit(folder.path, 'ten-percent', 110, 100);
    const before = commit.files();
    const { code, stdout, stderr } = await ab(
      ...sides,
      ...serve,
      ...'--metrics p50 --threshold 3% --concurrency 10 --slice 800ms --pairs 30 --fail-on worse --json ../out.json'.split(
        ' ',
      ),
    );
    assert.equal(code, 99, stderr + stdout);
    assert.match(
      stdout,
      /^B \(files as they are\) is \d+\.\d% slower at p50 \(\d+\.\d–\d+\.\d%\) than A \(main\), above the 3% threshold: worse\.\n/,
    );
    assert.equal(commit.started().length, 4);
    await nothingLeft(before);
    const { a, b } = readComparison(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8')));
    const main = commit.git('rev-parse', 'main').trim();
    const command = 'PASSWORD=*** node server.mjs {port}';
    assert.deepEqual(a.server, { ref: 'main', commit: main, modified: false, command });
    assert.deepEqual(b.server, { ref: '.', commit: main, modified: true, command });
    assert.deepEqual(
      [a, b].map(({ targets }) => targets[0]?.url),
      [0, 2].map((i) => `http://127.0.0.1:${commit.started()[i]?.port}/x`),
    );
  });

  it('cleans up on Ctrl+C while it measures and while a server starts', async () => {
    const before = commit.files();
    const running = start(...sides, ...serve, '--slice', '100ms', '--pairs', '400');
    await waitFor('both servers', () => commit.started().length === 4, patienceMs);
    await waitFor('a measurement', () => accepts(commit.started()[2]?.port ?? 0), patienceMs);
    running.child.kill('SIGINT');
    assert.equal((await running.finished).code, 130);
    await nothingLeft(before);

    const starting = start(...sides, '-q', '--serve', 'node server.mjs 0 {port}', '--ready', '/health');
    await waitFor('the server of A', () => commit.started().length === 6, patienceMs);
    starting.child.kill('SIGINT');
    assert.deepEqual(await starting.finished, { code: 130, stdout: '', stderr: 'Nothing was measured.\n' });
    await nothingLeft(before);
  });

  it('shows the last output lines of a server that stops', async () => {
    const before = commit.files();
    const early = await ab(...sides, '--a-serve', 'echo "port {port} is mine"; exit 7', '--b-serve', 'true');
    assert.equal(early.code, 1);
    assert.match(
      early.stderr,
      /^Last lines of its output:\n {2}port \d+ is mine\nerror: The server of A stopped unexpectedly \(exit code 7\)\.\nhint: /,
    );
    await nothingLeft(before);

    // The first slice of B already ends the server.
    const ending = ['--b', 'path=end', '--var', 'path=x'];
    writeFileSync(join(commit.path, 'endpoints.txt'), '@path = x\n\nhttp://localhost:3000/{{path}}\n');
    const late = await ab(...sides, ...serve, ...ending);
    assert.equal(late.code, 1);
    assert.match(
      late.stderr,
      /^It printed nothing\.\nerror: The server of B stopped unexpectedly \(exit code 3\)\.\nhint: /,
    );
  });

  it('removes what a killed comparison left behind, and nothing else', async () => {
    const before = commit.files();
    const running = start(...sides, ...serve, '--slice', '100ms', '--pairs', '400');
    await waitFor('both servers', () => commit.started().length === 4, patienceMs);
    running.child.kill('SIGKILL');
    await running.finished;
    assert.equal(commit.worktrees().length, 2);
    assert.ok(commit.started().every(({ pid }) => isAlive(pid)));
    // A work tree of the user whose folder is gone.
    commit.git('worktree', 'add', '--quiet', '--detach', join(folder.path, 'mine'));
    rmSync(join(folder.path, 'mine'), { recursive: true });
    rmSync(join(folder.path, 'repository-hook'));

    const { code, stderr } = await ab(...sides, '--serve', 'exit 4');
    assert.equal(code, 1);
    assert.match(stderr, /^Removed the work trees and servers of a comparison that was killed\.\n/);
    assert.deepEqual(commit.worktrees(), [`worktree ${commit.path}`, `worktree ${join(folder.path, 'mine')}`]);
    commit.git('worktree', 'prune');
    await nothingLeft(before);
  });

  it('builds only new work trees, in the folder that it was called from', async () => {
    const sub = join(commit.path, 'sub');
    mkdirSync(sub);
    writeFileSync(join(sub, 'endpoints.txt'), 'http://127.0.0.1:3000/x\n');
    writeFileSync(join(sub, 'kept'), '');
    commit.git('add', '.');
    commit.git('commit', '--quiet', '-m', 'second');
    const { code, stderr } = await runCli(
      ['ab', '--a-ref', 'main', '--build', 'pwd; ls; echo no >&2; exit 5', '--serve', 'true'],
      { ...options(), cwd: sub },
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Last lines of its output:\n {2}\/.*-a\/sub\n {2}endpoints\.txt\n {2}kept\n {2}no\nerror: The build of A \(main, [0-9a-f]{8}\) failed \(exit code 5\)\.\n/,
    );
  });

  it('rejects contradictory options', async () => {
    const same = 'error: A and B are the same server of the same files, so nothing differs.';
    assert.equal(await sentence('--serve', 'x'), same);
    assert.equal(await sentence('--a-ref', 'main'), 'error: --a-ref needs the command that starts the server.');
    assert.equal(
      await sentence('--ready', '/', '--b', 'base=x'),
      'error: --ready needs a server that Loadlens starts.',
    );
    assert.equal(await sentence(...sides, '--serve', 'x', '--ready', 'up'), "error: --ready up isn't a path.");
    assert.equal(await sentence('--a-ref', 'nowhere', '--serve', 'x'), 'error: Git ref nowhere not found.');
    writeFileSync(join(commit.path, 'endpoints.txt'), 'http://127.0.0.1:1/\nhttp://127.0.0.1:2/\n');
    assert.equal(
      await sentence(...sides, '--serve', 'x'),
      'error: The targets of endpoints.txt have several ports on this machine: 1, 2.',
    );
  });
});
