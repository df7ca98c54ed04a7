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

  it('measures rates, skips those above an over-saturated one, and ends with the infinite rate', async () => {
    // 5 slots of 50 ms: 100 requests/s at most.
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10_000, timeScale: 1, maxNumSeqs: 5 });
    const request = `POST ${mock.url}/v1/completions?ttft_ms=50&tokens=1\n\n{"model":"mock","prompt":"hello"}\n`;
    writeFileSync(join(folder.path, 'endpoints.txt'), request);
    const args = ['--rates', '20,400,500,inf', '--duration', '3s', '--cool-down', '0ms', '--warmup', '0'];
    const { code, stdout } = await run(...args, '--json', 'out.json');
    assert.equal(code, 0);
    const sweep = readJson('out.json');
    assert.deepEqual(sweep.rates, { planned: [20, 400, 500, null], skipped: [500] });
    assert.deepEqual(sweep.planned, []);
    assert.deepEqual(
      sweep.levels.map(({ plan, saturation }) => [plan.stages?.[0]?.toPerS, saturation?.overSaturated]),
      [
        [20, false],
        [400, true],
        [undefined, undefined],
      ],
    );
    const [low, high, all] = sweep.levels;
    assert.deepEqual([low?.requestsSent, all?.requestsSent], [60, 1_500]);
    // It may end early. What was due by then is still sent.
    assert.ok((high?.requestsSent ?? 0) > 400 && high?.backlog?.unsent === 0);
    // Responses that a busy machine has held back count later, so this isn't exact.
    for (const level of sweep.levels.slice(1))
      assert.ok((level.saturation?.answeredPerS ?? level.throughputPerS ?? 0) < 200);
    assert.match(stdout, /Kept up with 20 req\/s\. Over-saturated at 400 req\/s: /);
    assert.match(stdout, /! Not measured, because a lower rate was over-saturated: 500 req\/s\./);
  });

  it('rejects rates together with other levels', async () => {
    await startMock(5);
    for (const other of [
      ['--levels', '1'],
      ['--sweep', '1..2'],
      ['--find-capacity', 'p95 < 1s'],
      ['-c', '2'],
      ['--rate', '2'],
    ]) {
      const { code, stderr } = await run('--rates', '1,2', ...other);
      assert.equal(code, 2);
      assert.match(stderr, /can't be combined/);
    }
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
    assert.equal(
      stderr,
      [
        'The search starts at concurrency 1. Expected: about 12 runs of at least 118 requests.',
        'Concurrency 1 is at the boundary, so a second run confirms that it fails.',
        'No level meets all objectives.\n',
      ].join('\n'),
    );
    assert.match(stdout, /^Failed: Doesn't meet p95 < 1ms even at concurrency 1\./);
  });

  it('warns of too few requests to judge before it sends', async () => {
    await startMock(100);
    const { stderr } = await run('--levels', '1,2', '-n', '60', '--cool-down', '0ms', '--slo', 'p99 < 5s');
    assert.match(stderr, /^Warning: Not enough requests to judge concurrency 1, 2: p99 needs 299 per level\.\n/);
    const search = ['--find-capacity', 'p99 < 5s', '-n', '60', '--cool-down', '0ms'];
    const found = await run(...search);
    assert.match(
      found.stderr,
      /^Warning: Not enough requests to confirm a level: p99 needs 299 per run\.\nThe search starts/,
    );
    assert.doesNotMatch((await run(...search, '--quiet')).stderr, /Warning/);
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
