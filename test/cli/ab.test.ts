import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComparisonRecord, readComparison } from '../../src/core/record/comparison.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
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

  it('says first what B is, and fails on worse', async () => {
    write(sleeper());
    const { code, stdout, stderr } = await ab(
      ...'--a ms=02 --b ms=99 --b token=geheim --pairs 8 --slice 200ms --metrics p50 --fail-on worse'.split(' '),
      ...'--json out.json --html out.html --csv out.csv'.split(' '),
    );
    assert.equal(code, 99, stderr);
    const [first = ''] = stdout.split('\n');
    assert.match(first, /^B is \d+\.\d% slower at p50 \(\d+\.\d–\d+\.\d%\), above the 5% threshold: worse\.$/);
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

  it('keeps what was measured on Ctrl+C', async () => {
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

  it('says what is missing or cannot be compared', async () => {
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
