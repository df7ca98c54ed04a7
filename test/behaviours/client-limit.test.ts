import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPath, freshFolder, start } from '../cli/spawn.ts';
import { readRunFile } from '../support/read-run.ts';
import { response, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

describe("a limit of the client's machine", function () {
  this.timeout(60_000);
  const folder = freshFolder();
  let server: ScriptedServer;
  const cli = [process.execPath, cliPath, 'run', '--json', 'out.json'];
  /** Runs the command line with so many files that may be open. */
  const runWithFiles = async (
    { files, nodeOptions = '' }: { files: number; nodeOptions?: string },
    url: string,
    ...args: readonly string[]
  ) => {
    writeFileSync(join(folder.path, 'endpoints.txt'), `${url}\n`);
    const command = `ulimit -n ${files}; exec "$@"`;
    const outcome = await start('sh', ['-c', command, 'sh', ...cli, ...args], {
      cwd: folder.path,
      env: { NODE_OPTIONS: nodeOptions },
    }).finished;
    return { ...outcome, record: readRunFile(join(folder.path, 'out.json')) };
  };
  before(async () => {
    server = await startScriptedServer(({ socket }) => void setTimeout(() => socket.write(response()), 50));
  });
  after(() => server.close());
  if (process.platform === 'win32') return;

  it("isn't an error of the server: it's named, and the run is client-limited", async () => {
    const { code, stdout, record } = await runWithFiles(
      { files: 90 },
      server.url,
      '-n',
      '600',
      '-c',
      '200',
      '--cold-start',
    );
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(record?.errors ?? {}), ['client']);
    assert.ok(record?.failureSamples.some(({ text }) => text.startsWith('EMFILE: limit of 90 open files')));
    assert.equal(record?.client.bound, 'client');
    assert.match(
      record?.client.warnings[0] ?? '',
      /failed because of a limit of this machine.*limit of 90 open files.*ulimit -n/,
    );
    assert.match(stdout, /limit of 90 open files/);
  });

  it('exits with 1 if no request got a response', async () => {
    const noFiles = `--import ${new URL('../support/no-open-files.mjs', import.meta.url).href}`;
    const { code, stderr, record } = await runWithFiles(
      { files: 200, nodeOptions: noFiles },
      server.url,
      '-n',
      '20',
      '-c',
      '20',
      '--cold-start',
    );
    assert.equal(code, 1, stderr);
    assert.ok(record);
    assert.deepEqual([record.responses, record.errors], [0, { client: 20 }]);
    assert.deepEqual(
      record.failureSamples.map(({ error, text, count }) => ({ error, text, count })),
      [{ error: 'client', text: 'EMFILE: limit of 200 open files', count: 20 }],
    );
    assert.equal(record.client.bound, 'client');
    assert.match(
      record.client.warnings[0] ?? '',
      /^20 requests failed because of a limit of this machine.*200 open files/,
    );
    assert.match(stderr, /^error: No request got a complete response/m);
  });

  it('that leaves no port for the helper server skips the code warm-up, and the run continues', async () => {
    const noPort = new URL('../support/no-helper-server.mjs', import.meta.url).href;
    writeFileSync(join(folder.path, 'endpoints.txt'), `${server.url}\n`);
    const env = { NODE_OPTIONS: `--import ${noPort}` };
    const [node = '', ...args] = cli;
    const { code, stdout, stderr } = await start(node, [...args, '-n', '20'], { cwd: folder.path, env }).finished;
    const record = readRunFile(join(folder.path, 'out.json'));
    assert.equal(code, 0, stderr);
    assert.equal(record?.successes, 20);
    assert.match(stdout, /couldn't warm up its own code before\s+the run \(EADDRINUSE:\s+no free local port/);
    assert.equal(record?.environment.selfCalibration, undefined);
  });
});
