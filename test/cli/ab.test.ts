import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComparisonRecord } from '../../src/core/record/comparisons/comparison.ts';
import { readComparison } from '../../src/core/record/comparisons/read-comparison.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { closedLoop, recordOf } from '../core/record/fixtures.ts';
import { freshFolder, runCli, startCli } from './spawn.ts';

describe('loadlens ab', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 1 });
  });
  after(() => mock.close());

  const write = (text: string): void => writeFileSync(join(folder.path, 'endpoints.txt'), text);
  const readJson = (name: string): ComparisonRecord =>
    readComparison(JSON.parse(readFileSync(join(folder.path, name), 'utf8')));
  const ab = (...args: string[]): ReturnType<typeof runCli> => runCli(['ab', ...args], { cwd: folder.path });
  /** What a command that may not run says. */
  const sentence = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await ab(...args);
    assert.equal(code, 2, stderr);
    return stderr.split('\n')[0] ?? '';
  };
  const sleeper = (): string => `@ms = 5\n@token = none\n\n${mock.url}/sleeper?sleep_length=0.0{{ms}}\n`;

  it('shows the verdict on B first, and fails on worse', async () => {
    write(sleeper());
    const { code, stdout, stderr } = await ab(
      ...'--a ms=02 --b ms=99 --b token=geheim --pairs 8 --slice 200ms --metrics p50 --fail-on worse'.split(' '),
      ...'--json out.json --html out.html --csv out.csv'.split(' '),
    );
    assert.equal(code, 99, stderr);
    const [first = ''] = stdout.split('\n');
    assert.match(first, /^B is [\d.]+× slower at p50 \([\d.]+–[\d.]+×\), above the 5% threshold: worse\.$/);
    assert.equal(stderr, `Wrote out.json\nWrote out.html\nWrote out.csv\n--fail-on worse: ${first}\n`);
    assert.match(stdout, /\nPairs:\n {2}Pair {2}Order {2,}A p50 {2,}B p50\n {2}1 /);
    const record = readJson('out.json');
    assert.equal(record.verdict.sentence, first);
    assert.deepEqual(record.a.variables, { ms: '02' });
    assert.deepEqual(record.b.variables, { ms: '99', token: '***' });
    assert.equal(record.plan.durationS, 0.2);
    assert.equal(record.plan.warmup, 5);
    assert.equal(record.source?.file, 'endpoints.txt');
    const csv = readFileSync(join(folder.path, 'out.csv'), 'utf8').split('\r\n');
    assert.equal(csv.length, 1 + 16 + 1);
    assert.match(csv[0] ?? '', /^number,side,first,startedAt,requestsSent,successes,bound,throughput,p50,/);
    const html = readFileSync(join(folder.path, 'out.html'), 'utf8');
    assert.ok(html.includes(first) && !html.includes('geheim'));
  });

  it('writes nothing to standard error with -q', async () => {
    write(sleeper());
    const { code, stdout, stderr } = await ab(
      ...'-q --a ms=02 --b ms=10 --pairs 8 --slice 100ms --json out.json'.split(' '),
    );
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.ok(stdout.startsWith(`${readJson('out.json').verdict.sentence}\n`), stdout);
  });

  it('judges the token times of streams', async () => {
    write(
      [
        '@ttft = 10',
        '@icl = 20',
        '# @stream true',
        `POST ${mock.url}/v1/completions?ttft_ms={{ttft}}&itl_ms={{icl}}&tokens=5`,
        '',
        '{"model": "mock", "prompt": "Hello"}',
        '',
      ].join('\n'),
    );
    const { code, stderr } = await ab(
      ...'--b ttft=60 --b icl=5 --pairs 8 --slice 400ms --metrics ttft,tpot --fail-on worse --json out.json'.split(' '),
    );
    assert.equal(code, 99, stderr);
    const { metrics, verdict } = readJson('out.json');
    const judged = metrics.flatMap(({ metric, decisive, verdict: own }) => (decisive ? [`${metric} ${own}`] : []));
    assert.deepEqual(judged, ['ttft worse', 'tpot better']);
    assert.match(verdict.sentence, /^B is \d+(\.\d)?[%×] slower at TTFT \(/);
  });

  it('keeps what was measured before Ctrl+C', async () => {
    write(sleeper());
    const running = startCli(
      ['ab', '--a', 'ms=05', '--b', 'ms=06', '--pairs', '400', '--slice', '100ms', '--json', 'out.json'],
      { cwd: folder.path },
    );
    const served = mock.stats().served;
    while (mock.stats().served < served + 1_000) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.finished;
    assert.equal(code, 130);
    const record = readJson('out.json');
    assert.equal(record.status, 'cancelled');
    assert.ok(record.a.slices.length > 0);
    assert.equal(record.a.slices.length, record.b.slices.length);
    assert.ok(stdout.startsWith(`${record.verdict.sentence}\n`));
  });

  it("reports what is missing or can't be compared", async () => {
    write(sleeper());
    assert.equal(await sentence(), 'error: Neither --a nor --b is given, so nothing differs.');
    assert.equal(await sentence('--b', 'host=x'), 'error: endpoints.txt has no variable "host".');
    assert.equal(
      await sentence('--b', 'ms=06', '--stages', '10s:5..50'),
      'error: A comparison needs one rate, but the stages change it.',
    );
    assert.equal(
      await sentence('--b', 'ms=06', '--stages', '2s:5'),
      'error: The stages end after 2 s, before the slice does.',
    );
    assert.match(await sentence('--b', 'ms=06', '--metrics', 'p51'), /Expected some of throughput, p50, mean, /);
    assert.match(await sentence('--b', 'ms=06', '-n', '5'), /unknown option '-n'/);
  });
});

/** A run whose latencies are about `ms`, started in minute `minute`. */
const runOf = (ms: number, minute: number): RunRecord => ({
  ...recordOf(closedLoop(100, 1, (i) => ({ latencyMs: ms + minute / 100 + (i % 5) / 10 }))),
  startedAt: `2026-11-22T20:${minute}:00.000Z`,
});

describe('loadlens compare', () => {
  const folder = freshFolder();
  const write = (name: string, run: RunRecord): void =>
    writeFileSync(join(folder.path, name), JSON.stringify({ ...run, status: 'completed' }));
  const compare = (...args: string[]): ReturnType<typeof runCli> => runCli(['compare', ...args], { cwd: folder.path });

  const first = async (...args: string[]): Promise<string> => (await compare(...args)).stderr.split('\n')[0] ?? '';

  it('judges the runs of two sides', async () => {
    for (let i = 0; i < 5; i += 1) {
      write(`base-${i}.json`, runOf(100, 10 + 2 * i));
      write(`head-${i}.json`, runOf(120, 11 + 2 * i));
    }
    const { code, stdout, stderr } = await compare(
      ...'--base base-*.json --head head-*.json --fail-on worse --json out.json'.split(' '),
    );
    assert.equal(code, 99, stderr);
    const [verdict = ''] = stdout.split('\n');
    assert.match(verdict, /^B is (19|20)\.\d% slower at p\d+ \(.*\), above the 5% threshold: worse\.$/);
    const record = readComparison(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8')));
    assert.deepEqual(
      record.a.slices.map(({ file }) => file),
      [0, 1, 2, 3, 4].map((i) => `base-${i}.json`),
    );
    assert.deepEqual(record.warnings, []);
    const few = await compare('--base', 'base-0.json', 'base-1.json', '--head', 'head-3.json', 'head-4.json');
    assert.equal(few.code, 0, few.stderr);
    assert.match(few.stdout, /^Too few measurements .* At least 5 runs a side are needed\.\n/);
    assert.match(few.stdout, /All runs of one side were measured before those of the other/);
  });

  it("reports what it can't read", async () => {
    writeFileSync(join(folder.path, 'x.json'), '{}');
    assert.equal(await first('--base', 'no*.json', '--head', 'x.json'), 'error: --base: no file matches no*.json.');
    assert.match(await first('--base', 'x.json', '--head', 'x.json'), /^error: x\.json can't be compared: /);
  });
});
