import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate } from '../../../src/cli/calibrate/measure.ts';
import { LoadlensError } from '../../../src/core/errors.ts';
import { cliPath, freshFolder, runCli, startCli } from '../spawn.ts';
import { waitFor } from '../../support/wait-for.ts';

const wanted = (signal: AbortSignal): Parameters<typeof calibrate>[0] => ({
  levels: [
    { concurrency: 1, requests: 2, streams: 2 },
    { concurrency: 4, requests: 8, streams: 8 },
  ],
  commandLine: [cliPath],
  version: '0.0.0',
  signal,
});

describe('loadlens calibrate', function () {
  this.timeout(60_000);
  const folder = freshFolder();

  it('measures no time earlier than the server wrote', async () => {
    const { levels, measuredAt } = await calibrate(wanted(new AbortController().signal));
    assert.ok(Math.abs(Date.parse(measuredAt) - Date.now()) < 60_000);
    assert.deepEqual(
      levels.map(({ concurrency, latencyMs, ttftMs, iclMs }) => [
        concurrency,
        latencyMs.injectedMs,
        ttftMs.injectedMs,
        iclMs.injectedMs,
      ]),
      [
        [1, 100, 50, 10],
        [4, 100, 50, 10],
      ],
    );
    for (const { latencyMs, ttftMs } of levels) {
      for (const { p50Ms, p99Ms, serverP50Ms } of [latencyMs, ttftMs]) {
        assert.ok(p50Ms > 0 && serverP50Ms >= 0 && p99Ms >= p50Ms, JSON.stringify({ p50Ms, p99Ms, serverP50Ms }));
      }
    }
  });

  it("keeps nothing if it's stopped", async () => {
    const aborted = AbortSignal.abort();
    await assert.rejects(
      calibrate(wanted(aborted)),
      (error) => error instanceof LoadlensError && error.exitCode === 130,
    );
  });

  it('prints a table, writes JSON, and stores the result for later runs', async () => {
    const env = { XDG_CACHE_HOME: folder.path, LOCALAPPDATA: folder.path, HOME: folder.path };
    const json = join(folder.path, 'calibration.json');
    const { code, stdout, stderr } = await runCli(['calibrate', '--quick', '--json', json], { cwd: folder.path, env });
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^Measurement error in ms: measured minus injected time\./);
    assert.match(lines[2] ?? '', /^concurrency +metric +injected +p50 +server +p99 +server$/);
    assert.deepEqual(
      lines.slice(3).map((line) => line.trim().split(/ +/).slice(0, 3)),
      [1, 10, 100].flatMap((level) => [
        [`${level}`, 'latency', '100'],
        [`${level}`, 'TTFT', '50'],
        [`${level}`, 'ICL', '10'],
      ]),
    );
    const [, kept = ''] = /Saved to (.*)\n/.exec(stderr) ?? [];
    assert.equal(readFileSync(kept, 'utf8'), readFileSync(json, 'utf8'));
  });

  it("doesn't start if its file can't be written", async () => {
    const { code, stderr } = await runCli(['calibrate', '--json', 'no/such/folder.json'], { cwd: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /^error: --json: folder .* not found\./);
  });

  it("ends its server if it's interrupted", async () => {
    const { child, finished } = startCli(['calibrate', '--quick'], {
      cwd: folder.path,
      env: { XDG_CACHE_HOME: folder.path, HOME: folder.path },
    });
    await hasChild(child.pid!);
    child.kill('SIGINT');
    const { code } = await finished;
    assert.equal(code, 130);
    assert.equal(existsSync(join(folder.path, 'loadlens')), false);
  });
});

/** Resolves when the process has started its server, and so listens to signals. Without /proc it is given a while. */
async function hasChild(pid: number): Promise<void> {
  const children = `/proc/${pid}/task/${pid}/children`;
  const since = performance.now();
  await waitFor('the server to be started', () =>
    existsSync('/proc') ? readFileSync(children, 'utf8') !== '' : performance.now() > since + 3_000,
  );
}
