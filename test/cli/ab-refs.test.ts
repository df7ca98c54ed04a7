import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { readComparison } from '../../src/core/record/comparisons/read-comparison.ts';
import { waitFor } from '../support/wait-for.ts';
import { freshFolder, runCli, startCli, type Outcome, type Running } from './spawn.ts';

/** A server that takes 20 ms, and a process that leaves its group. Both note their IDs. */
const server = `
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
const port = Number(process.argv[2]);
const ms = 20;
const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { detached: true, stdio: 'ignore' });
appendFileSync(process.env.NOTES, [process.pid, other.pid].map((pid) => JSON.stringify({ pid, port }) + '\\n').join(''));
createServer((request, response) => {
  if (request.url === '/health') return response.end('well');
  if (request.url === '/end') process.exit(3);
  setTimeout(() => response.end(process.cwd()), ms);
}).listen(port, '127.0.0.1');
`;

describe('loadlens ab with two commits', function () {
  this.timeout(90_000);
  const folder = freshFolder();
  let repository = '';
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: repository,
      encoding: 'utf8',
    });

  beforeEach(() => {
    repository = join(folder.path, 'repository');
    mkdirSync(repository);
    git('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(repository, 'server.mjs'), server);
    writeFileSync(join(repository, 'endpoints.txt'), '@base = http://127.0.0.1:3000\n\n{{base}}/x\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    writeFileSync(join(repository, 'server.mjs'), server.replace('ms = 20', 'ms = 22'));
    writeFileSync(join(repository, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${folder.path}/hook'\n`, {
      mode: 0o755,
    });
  });

  const notes = (): string => join(folder.path, 'notes');
  const options = () => ({
    cwd: repository,
    env: { XDG_CACHE_HOME: join(folder.path, 'cache'), NOTES: notes(), SERVICE_PASSWORD: 'hunter22' },
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
  /** The processes of the servers that were started. */
  const started = (): { pid: number; port: number }[] =>
    existsSync(notes())
      ? readFileSync(notes(), 'utf8')
          .trim()
          .split('\n')
          .map((line): { pid: number; port: number } => JSON.parse(line))
      : [];
  const worktrees = (): string[] => git('worktree', 'list', '--porcelain').match(/^worktree .*$/gm) ?? [];

  /** Every file of the repository with its content. */
  const filesOf = (): string[] =>
    readdirSync(repository, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => (isFile(path) ? `${path} ${readFileSync(path, 'hex')}` : path));

  async function nothingLeft(before: readonly string[]): Promise<void> {
    for (const { pid, port } of started()) {
      await waitFor(`process ${pid} ends`, () => !isAlive(pid));
      assert.equal(await accepts(port), false, `port ${port}`);
    }
    assert.deepEqual(readdirSync(join(folder.path, 'cache/loadlens/ab')), []);
    assert.deepEqual(filesOf(), before);
    assert.equal(existsSync(join(folder.path, 'hook')), false, 'a hook ran');
  }

  it('finds the commit that is 10% slower, and leaves no files behind', async () => {
    const before = filesOf();
    const { code, stdout, stderr } = await ab(
      ...sides,
      ...serve,
      ...'--metrics p50 --threshold 3% --slice 300ms --pairs 60 --fail-on worse --json ../out.json'.split(' '),
    );
    assert.equal(code, 99, stderr + stdout);
    assert.match(stdout, /^B is \d+\.\d% slower at p50 \(\d+\.\d–\d+\.\d%\), above the 3% threshold: worse\.\n/);
    assert.equal(started().length, 4);
    await nothingLeft(before);
    const { a, b } = readComparison(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8')));
    const commit = git('rev-parse', 'main').trim();
    const command = 'PASSWORD=*** node server.mjs {port}';
    assert.deepEqual(a.server, { ref: 'main', commit, modified: false, command });
    assert.deepEqual(b.server, { ref: '.', commit, modified: true, command });
    assert.deepEqual(
      [a, b].map(({ targets }) => targets[0]?.url),
      [0, 2].map((i) => `http://127.0.0.1:${started()[i]?.port}/x`),
    );
  });

  it('cleans up on Ctrl+C while it measures and while a server starts', async () => {
    const before = filesOf();
    const running = start(...sides, ...serve, '--slice', '100ms', '--pairs', '400');
    await waitFor('both servers', () => started().length === 4);
    await waitFor('a measurement', () => accepts(started()[2]?.port ?? 0));
    running.child.kill('SIGINT');
    assert.equal((await running.finished).code, 130);
    await nothingLeft(before);

    const starting = start(...sides, '--serve', 'node server.mjs 0 {port}', '--ready', '/health');
    await waitFor('the server of A', () => started().length === 6);
    starting.child.kill('SIGINT');
    assert.deepEqual(await starting.finished, { code: 130, stdout: '', stderr: 'Nothing was measured.\n' });
    await nothingLeft(before);
  });

  it('shows the last output lines of a server that stops', async () => {
    const before = filesOf();
    const early = await ab(...sides, '--a-serve', 'echo "port {port} is mine"; exit 7', '--b-serve', 'true');
    assert.equal(early.code, 1);
    assert.match(
      early.stderr,
      /^Last lines of its output:\n {2}port \d+ is mine\nerror: The server of A stopped unexpectedly \(exit code 7\)\.\nhint: /,
    );
    await nothingLeft(before);

    // The first slice of B already ends the server.
    const ending = ['--b', 'path=end', '--var', 'path=x'];
    writeFileSync(join(repository, 'endpoints.txt'), '@path = x\n\nhttp://localhost:3000/{{path}}\n');
    const late = await ab(...sides, ...serve, ...ending);
    assert.equal(late.code, 1);
    assert.match(
      late.stderr,
      /^It printed nothing\.\nerror: The server of B stopped unexpectedly \(exit code 3\)\.\nhint: /,
    );
  });

  it('removes what a killed comparison left behind, and nothing else', async () => {
    const before = filesOf();
    const running = start(...sides, ...serve, '--slice', '100ms', '--pairs', '400');
    await waitFor('both servers', () => started().length === 4);
    running.child.kill('SIGKILL');
    await running.finished;
    assert.equal(worktrees().length, 2);
    assert.ok(started().every(({ pid }) => isAlive(pid)));
    // A work tree of the user whose folder is gone.
    git('worktree', 'add', '--quiet', '--detach', join(folder.path, 'mine'));
    rmSync(join(folder.path, 'mine'), { recursive: true });
    rmSync(join(folder.path, 'hook'));

    const { code, stderr } = await ab(...sides, '--serve', 'exit 4');
    assert.equal(code, 1);
    assert.match(stderr, /^Removed the work trees and servers of a comparison that was killed\.\n/);
    assert.deepEqual(worktrees(), [`worktree ${repository}`, `worktree ${join(folder.path, 'mine')}`]);
    git('worktree', 'prune');
    await nothingLeft(before);
  });

  it('builds only new work trees, in the folder that it was called from', async () => {
    const sub = join(repository, 'sub');
    mkdirSync(sub);
    writeFileSync(join(sub, 'endpoints.txt'), 'http://127.0.0.1:3000/x\n');
    writeFileSync(join(sub, 'kept'), '');
    git('add', '.');
    git('commit', '--quiet', '-m', 'second');
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
    writeFileSync(join(repository, 'endpoints.txt'), 'http://127.0.0.1:1/\nhttp://127.0.0.1:2/\n');
    assert.equal(
      await sentence(...sides, '--serve', 'x'),
      'error: The targets of endpoints.txt have several ports on this machine: 1, 2.',
    );
  });
});

const isFile = (path: string): boolean => !existsSync(join(path, '.'));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
