import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSweep } from '../../src/core/record/sweeps/read-sweep.ts';
import type { SweepRecord } from '../../src/core/record/sweeps/sweep.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli, startCli } from './spawn.ts';

describe('loadlens run over several levels', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  let mock: MockServer;
  const startMock = async (limit: number, timeScale = 0.01): Promise<void> => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: limit, timeScale });
    writeFileSync(join(folder.path, 'endpoints.txt'), `${mock.url}/tokenizer?output_tokens=3\n`);
  };
  afterEach(() => mock.close());
  const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['run', ...args], { cwd: folder.path });
  const readJson = (name: string): SweepRecord => readSweep(JSON.parse(readFileSync(join(folder.path, name), 'utf8')));

  it('measures each level with a warm-up, shows the figures, and writes every report', async () => {
    await startMock(100);
    const files = ['--json', 'out.json', '--html', 'out.html', '--csv', 'out.csv', '--md', 'out.md'];
    const { code, stdout } = await run('--levels', '4,1,2', '-n', '8', '--cool-down', '0ms', ...files);
    assert.equal(code, 0);
    assert.match(stdout, /^Completed: [^*]*\n\n\*\*\* Sweep \*\*\*\n/);
    const sweep = readJson('out.json');
    assert.deepEqual(
      sweep.levels.map(({ plan, requestsSent, warmupSent }) => [plan.concurrency, requestsSent, warmupSent]),
      [
        [1, 8, 1],
        [2, 8, 2],
        [4, 8, 4],
      ],
    );
    assert.deepEqual(mock.stats().byStatus, { 200: 31 });
    const [single, , four] = sweep.levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0);
    assert.equal(sweep.figures.levels[2]?.scalingFactor, four! / single!);
    for (const name of ['out.html', 'out.csv', 'out.md']) assert.ok(existsSync(join(folder.path, name)), name);
  });

  it('takes the powers of two of a range', async () => {
    await startMock(100);
    const { code } = await run('--sweep', '1..3', '--cool-down', '0ms', '--json', 'out.json');
    assert.equal(code, 0);
    assert.deepEqual(readJson('out.json').planned, [1, 2, 3]);
  });

  it('finds the capacity of the mock server, with two runs on each side of the boundary', async () => {
    await startMock(5);
    const search = ['--find-capacity', 'errors < 10%', '--sweep', '1..32', '--cool-down', '0ms'];
    const { code, stdout } = await run(...search, '--json', 'out.json');
    assert.equal(code, 0);
    assert.match(stdout, /^Completed with failures: Meets errors < 10% at concurrency 5, but not at 6\. Confirmed:/);
    const { search: found } = readJson('out.json');
    assert.deepEqual([found?.capacity, found?.firstFailing, found?.sure], [5, 6, true]);
    assert.deepEqual(
      found?.trials.map(({ concurrency }) => concurrency),
      [1, 2, 4, 8, 6, 5, 5, 6],
    );
  });

  it('exits with 99 if no level meets the objectives', async () => {
    await startMock(100);
    assert.equal((await run('--levels', '1,2', '-n', '60', '--cool-down', '0ms', '--slo', 'p95 < 1ms')).code, 99);
    const { code, stdout, stderr } = await run('--find-capacity', 'p95 < 1ms', '--cool-down', '0ms');
    assert.equal(code, 99);
    assert.equal(stderr, 'No level meets all objectives.\n');
    assert.match(stdout, /^Failed: Doesn't meet p95 < 1ms even at concurrency 1\./);
  });

  it("keeps the finished levels if it's interrupted", async () => {
    await startMock(100);
    const args = ['run', '--levels', '1,2', '--duration', '3s', '--cool-down', '0ms', '--json', 'out.json'];
    const running = startCli(args, { cwd: folder.path });
    // Two at once: the second level has begun.
    while (mock.stats().inFlight < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.finished;
    assert.equal(code, 130);
    assert.match(stdout, /! Sweep canceled\. Results cover 1 of 2 levels\./);
    assert.deepEqual(
      readJson('out.json').levels.map(({ plan }) => plan.concurrency),
      [1],
    );
  });

  it('rejects options that contradict each other', async () => {
    await startMock(100);
    for (const [args, message] of [
      [['--levels', '1,2', '--sweep', '1..4'], /--levels and --sweep can't be combined/],
      [['--levels', '1,2', '-c', '4'], /--concurrency can't be combined with a sweep or a search/],
      [['--levels', '1,2', '--find-capacity', 'p95 < 2s'], /--levels and --find-capacity can't be combined/],
      [['--levels', '1,16', '-n', '10'], /Level 16 requires at least 16 requests/],
      [['--levels', '1;2'], /whole numbers from 1 to 10,000/],
      [['--sweep', '4..1'], /in ascending order/],
      [['--find-capacity', 'p95 < fast'], /isn't a valid value of p95/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
    assert.equal(mock.stats().served, 0);
  });
});
