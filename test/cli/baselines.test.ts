import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBaseline } from '../../src/core/record/comparisons/baseline.ts';
import { readRecord } from '../../src/core/record/read-run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli, type Outcome } from './spawn.ts';

const first = ({ stderr }: Outcome): string => stderr.split('\n')[0] ?? '';

describe('repeated runs and baselines', function () {
  this.timeout(120_000);
  const folder = freshFolder();
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 1 });
  });
  after(() => mock.close());

  const place = (name: string): string => join(folder.path, name);
  const loadlens = (...args: string[]): Promise<Outcome> => runCli(args, { cwd: folder.path });
  const write = (ms: string): void =>
    writeFileSync(
      place('endpoints.txt'),
      `@ms = ${ms}\n# @requests 20\n# @concurrency 2\n\n${mock.url}/sleeper?sleep_length=0.0{{ms}}\n`,
    );

  it('writes each run, keeps them as a baseline, and finds later runs worse', async () => {
    write('10');
    const repeated = await loadlens('run', '--repeat', '6', '--cool-down', '0ms', '--json', 'base.json');
    assert.equal(repeated.code, 0, repeated.stderr);
    const files = [1, 2, 3, 4, 5, 6].map((i) => `base-${i}.json`);
    assert.equal(repeated.stderr, files.map((file) => `Wrote ${file}\n`).join(''));
    assert.match(repeated.stdout, /^6 runs:\n {2}Run +throughput +p50 +p95 +failed\n {2}1 +\d/);
    const runs = files.map((file) => readRecord(JSON.parse(readFileSync(place(file), 'utf8'))));
    assert.equal(new Set(runs.map(({ id }) => id)).size, 6);

    const set = await loadlens('baseline', 'set', 'main', 'base-*.json');
    assert.equal(set.code, 0, set.stderr);
    const file = place('.loadlens/baselines/main.json');
    assert.match(set.stdout, /^Wrote \.loadlens\/baselines\/main\.json: 6 runs, \d+(\.\d+)? kB\n$/);
    assert.ok(statSync(file).size < 6 * 4_000, `${statSync(file).size} bytes`);
    const kept = readBaseline(JSON.parse(readFileSync(file, 'utf8')));
    assert.deepEqual(
      kept.runs.map(({ id }) => id),
      runs.map(({ id }) => id),
    );
    assert.deepEqual([kept.runs[0]?.addresses, kept.runs[0]?.failureSamples], [[], []]);
    const list = await loadlens('baseline', 'list');
    assert.match(list.stdout, /\n {2}main +6 +endpoints\.txt +– +\d/);

    const slower = await loadlens(
      ...'run --var ms=60 --repeat 6 --cool-down 0ms --against main --metrics p50 --fail-on worse --json head.json --md out.md'.split(
        ' ',
      ),
    );
    assert.equal(slower.code, 99, slower.stdout + slower.stderr);
    assert.match(slower.stdout, /^B is [\d.]+× slower at p50 \(.*\), above the 5% threshold: worse\.\n/);
    assert.match(slower.stdout, /All runs of one side were measured before those of the other/);
    assert.match(readFileSync(place('out.md'), 'utf8'), /slower at p50/);
    assert.ok(existsSync(place('head-6.json')));

    const same = await loadlens(...'compare --base main --head main-2 base-1.json'.split(' '));
    assert.equal(first(same), "error: main-2 can't be compared: ENOENT: no such file or directory, open 'main-2'");
    const compared = await loadlens(
      ...'compare --base main --head head-*.json --metrics p50 --fail-on worse'.split(' '),
    );
    assert.equal(compared.code, 99, compared.stderr);

    assert.equal((await loadlens('baseline', 'remove', 'main')).stdout, 'Removed .loadlens/baselines/main.json\n');
    assert.deepEqual(readdirSync(place('.loadlens/baselines')), []);
    assert.equal((await loadlens('baseline', 'list')).stdout, 'No baselines in .loadlens/baselines/*.json.\n');
  });

  it('judges relative objectives against the baseline, and never passes without one', async () => {
    write('10');
    const run = (...args: string[]): Promise<Outcome> => loadlens('run', '-n', '60', '-q', ...args);
    const slo = ['--slo', 'p50 < baseline + 50%'];
    const missing = await run(...slo);
    assert.equal(missing.code, 99, missing.stderr);
    assert.equal(
      missing.stderr.split('\n')[0],
      'No limit for p50 < baseline + 50%: baseline main not found; set it with "loadlens baseline set main", or with Set as Baseline in the history.',
    );
    assert.equal((await run('--json', 'relative.json')).code, 0);
    assert.equal((await loadlens('baseline', 'set', 'main', 'relative.json')).code, 0);

    const met = await run(...slo, '--json', 'met.json');
    assert.equal(met.code, 0, met.stderr);
    const [verdict] = readRecord(JSON.parse(readFileSync(place('met.json'), 'utf8'))).objectives;
    const { value = 0 } = verdict?.objective.baseline ?? {};
    assert.ok(value > 9 && value < 40, String(value));
    assert.deepEqual(verdict?.objective.baseline, { change: 0.5, name: 'main', value });
    assert.equal(verdict.objective.value, value * 1.5);

    const slower = await run(...slo, '--var', 'ms=90');
    assert.equal(slower.code, 99, slower.stdout);
    assert.match(
      slower.stdout,
      /^Not judged: No limit for p50 < baseline \+ 50%: baseline main has a different\s+workload: targets\s+GET\s+\S+sleep_length=0\.010,\s+now\s+GET\s+\S+sleep_length=0\.090\./,
    );
    writeFileSync(place('endpoints.txt'), `# @baseline other\n# @slo p50 < baseline\n\n${mock.url}/hello\n`);
    const other = await run();
    assert.match(other.stderr, /^No limit for p50 < baseline: baseline other not found;/);
    assert.equal(other.code, 99);
    assert.equal(first(await run('--levels', '1,2')), 'No level is confirmed to meet all objectives.');
    assert.match(
      first(await run('--find-capacity', 'p95 < 1s')),
      /^error: A capacity search can't judge p50 < baseline: a baseline is of single runs/,
    );
    await loadlens('baseline', 'remove', 'main');
  });

  it('rejects invalid combinations before anything is sent', async () => {
    write('10');
    const served = mock.stats().served;
    for (const [args, sentence] of [
      ['--against main', 'error: Baseline main not found in .loadlens/baselines.'],
      ['--fail-on worse', 'error: --fail-on needs --against.'],
      ['--repeat 2 --json -', "error: --json - can't take several runs."],
      ['--repeat 2 --levels 1,2', "error: --repeat can't be combined with several levels."],
    ] as const) {
      const outcome = await loadlens('run', ...args.split(' '));
      assert.equal(outcome.code, 2, args);
      assert.equal(first(outcome), sentence);
    }
    const name = await loadlens('baseline', 'set', '../x', 'a.json');
    assert.equal(first(name), 'error: "../x" can\'t be the name of a baseline.');
    assert.equal(mock.stats().served, served);
  });
});
