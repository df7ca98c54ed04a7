import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayLoad } from '../../src/cli/hosts.ts';
import { progressLine, progressText } from '../../src/cli/output/progress.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { syntheticPlan, syntheticSnapshot } from '../webview/states/records.ts';
import { cliPath, freshFolder, type Outcome, runCli, type Running, start } from './spawn.ts';

const on = (
  stream: { isTTY?: boolean; columns?: number },
  wanted = true,
): { line: ReturnType<typeof progressLine>; written: string[] } => {
  const written: string[] = [];
  return { line: progressLine({ ...stream, write: (text) => written.push(text) }, wanted), written };
};

describe('progress line', () => {
  it('is overwritten, and leaves nothing behind', () => {
    const { line, written } = on({ isTTY: true, columns: 10 });
    line.show('Connecting …');
    line.show('1/2');
    line.clear();
    line.clear();
    assert.deepEqual(written, ['\rConnectin\u001B[K', '\r1/2\u001B[K', '\r\u001B[K']);
  });

  it('distinguishes queued requests from requests in flight', () => {
    const ended = { ...syntheticSnapshot(2_000), phase: 'draining' } as const;
    assert.match(progressText(ended, syntheticPlan), /^Draining in-flight requests {2}2\.0 s {2}/);
    assert.match(progressText({ ...ended, waiting: 22 }, syntheticPlan), /^Sending backlog .* {2}22 queued$/);
  });

  it('is shown only on terminals, and not with --quiet', () => {
    for (const { line, written } of [on({}), on({ isTTY: false }), on({ isTTY: true }, false)]) {
      line.show('1/2');
      line.clear();
      assert.deepEqual(written, []);
    }
  });
});

const ask = (hosts: string[], allowed: string[]): Promise<boolean> =>
  mayLoad(hosts, { allowed, load: '10 requests', signal: new AbortController().signal });

describe('consent for other machines', () => {
  it("isn't needed for this machine, and is given by --allow-host with or without a port", async () => {
    assert.equal(await ask([], []), true);
    assert.equal(await ask(['example.com:443', '[2001:db8::1]:80'], ['Example.com', '2001:db8::1']), true);
    assert.equal(await ask(['example.com:443'], ['example.com:443']), true);
  });
});

// util-linux's script gives a process a terminal; its options are others elsewhere.
if (process.platform === 'linux') {
  describe('loadlens on a terminal', function () {
    this.timeout(30_000);
    const folder = freshFolder();
    let mock: MockServer;
    before(async () => {
      mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.1 });
    });
    after(() => mock.close());
    /** Both streams of the process are the terminal; input is typed on it. */
    const startOnTerminal = (args: string, input?: string): Running =>
      start('script', ['-qefc', `'${process.execPath}' '${cliPath}' ${args}`, '/dev/null'], {
        cwd: folder.path,
        input,
        env: { TERM: 'xterm', SHELL: '/bin/sh' },
      });
    const onTerminal = async (args: string, input = ''): Promise<Outcome> => {
      const outcome = await startOnTerminal(args, input).finished;
      return { ...outcome, stdout: outcome.stdout.replaceAll('\u001B[K', '<erase>') };
    };

    it('shows progress, and erases it before the result', async () => {
      writeFileSync(join(folder.path, 'endpoints.txt'), `${mock.url}/tokenizer?output_tokens=3\n`);
      const { code, stdout } = await onTerminal('run -n 60 -c 5');
      assert.equal(code, 0);
      assert.match(stdout, /\rRunning {2}0\.\d s {2}\d+\/60 {2}[\d.]+ req\/s {2}p95 ~?[\d.]+ ms {2}0 failed<erase>\r/);
      const [before, after] = stdout.split('*** Results ***');
      assert.match(before!, /\r<erase>Completed: All 60 requests succeeded\.[^\r]*\r?\n\r?\n$/);
      assert.doesNotMatch(after!, /erase|\r(?!\n)/);
    });

    it('shows no progress with --quiet', async () => {
      writeFileSync(join(folder.path, 'endpoints.txt'), `${mock.url}/tokenizer?output_tokens=3\n`);
      const { code, stdout } = await onTerminal('run -n 20 -c 5 --quiet');
      assert.equal(code, 0);
      assert.match(stdout, /^Completed: [^*]*\*\*\* Results \*\*\*/);
      assert.doesNotMatch(stdout, /Running|erase/);
    });

    it('exits with 130 if the prompt is interrupted', async () => {
      writeFileSync(join(folder.path, 'endpoints.txt'), 'http://192.0.2.1/\n');
      const running = startOnTerminal('run');
      await running.printed(/\[y\/N\]/);
      running.child.stdin?.write('\u0003');
      const { code, stdout } = await running.finished;
      assert.equal(code, 130);
      assert.match(stdout, /Nothing was sent\./);
    });

    for (const answer of ['n', '', 'yesterday']) {
      it(`asks before it sends to another machine, and sends nothing after "${answer}"`, async () => {
        writeFileSync(join(folder.path, 'endpoints.txt'), 'http://192.0.2.1/\n');
        const { code, stdout } = await onTerminal('run -n 1200', `${answer}\n`);
        assert.equal(code, 2);
        assert.match(stdout, /Send 1,200 requests at concurrency 5 to 192\.0\.2\.1:80\? \[y\/N\] /);
        assert.match(stdout, /Nothing was sent\./);
        assert.doesNotMatch(stdout, /Results/);
      });
    }
  });
}

describe('loadlens without a terminal', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  it('shows no progress', async () => {
    const mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.1 });
    try {
      writeFileSync(join(folder.path, 'endpoints.txt'), `${mock.url}/tokenizer?output_tokens=3\n`);
      const { code, stderr } = await runCli(['run', '-n', '20'], { cwd: folder.path });
      assert.equal(code, 0);
      assert.equal(stderr, '');
    } finally {
      await mock.close();
    }
  });
});
