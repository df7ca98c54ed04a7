import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPartialFile } from '../../../src/cli/output/partial-file.ts';
import { isRun, isSweep, readResult, type ResultRecord } from '../../../src/core/report/formats/results.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { startFaultyServer, type FaultyServer } from '../../support/faulty-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { freshFolder, runCli, startCli } from '../spawn.ts';

const isInSecondLevel = (result: ResultRecord): boolean =>
  isSweep(result) && result.levels.length === 1 && (result.unfinished?.requestsSent ?? 0) > 0;

describe('partial files', function () {
  this.timeout(120_000);
  const folder = freshFolder();
  const at = (name: string): string => join(folder.path, name);
  const read = (name: string): ResultRecord => readResult(JSON.parse(readFileSync(at(name), 'utf8')));
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
    writeFileSync(at('t.endpoints'), `${server.url}/slow?ms=5\n${server.url}/ok\n`);
  });
  afterEach(() => server.close());

  /** Starts a run and kills it without warning once its partial file is as it should be. */
  async function killOnce(args: readonly string[], isReady: (result: ResultRecord) => boolean): Promise<void> {
    const running = startCli(['run', 't.endpoints', '--json', 'out.json', ...args], { cwd: folder.path });
    const ready = (): boolean => existsSync(at('out.json.partial')) && isReady(read('out.json.partial'));
    // A busy machine takes its time to start and to warm up.
    await waitFor('the partial file', () => ready() || running.child.exitCode !== null, 100_000);
    running.child.kill('SIGKILL');
    const { code, stderr } = await running.finished;
    assert.equal(code, null, stderr);
  }

  it('keep what a killed run had measured, and the next run preserves them', async () => {
    await killOnce(['--duration', '30s'], (result) => isRun(result) && result.requestsSent > 0);
    const left = read('out.json.partial');
    assert.ok(isRun(left));
    assert.equal(left.status, 'crashed');
    assert.equal(left.plan.durationS, 30);
    assert.equal(left.targetCount, 2);
    assert.equal(left.successes, left.requestsSent);
    assert.ok(left.environment.selfCalibration);
    assert.match(renderText(left), /stopped unexpectedly/);
    assert.ok(!existsSync(at('out.json')));

    const next = await runCli(['run', 't.endpoints', '--json', 'out.json', '--requests', '20'], { cwd: folder.path });
    assert.equal(next.code, 0);
    assert.match(next.stderr, /Renamed to out\.json\.partial\.old\./);
    assert.deepEqual(read('out.json.partial.old'), left);
    const whole = read('out.json');
    assert.ok(isRun(whole) && whole.status === 'completed' && whole.requestsSent === 20);
    assert.deepEqual(readdirSync(folder.path).toSorted(), ['out.json', 'out.json.partial.old', 't.endpoints']);
  });

  it('keep the finished levels of a killed sweep, and the one in progress', async () => {
    const args = ['--levels', '1,2', '--duration', '3s', '--cool-down', '0s'];
    await killOnce(args, isInSecondLevel);
    const left = read('out.json.partial');
    assert.ok(isSweep(left));
    assert.equal(left.status, 'crashed');
    assert.deepEqual(left.planned, [1, 2]);
    assert.equal(left.levels[0]?.status, 'completed');
    assert.equal(left.unfinished?.status, 'crashed');
    assert.equal(left.unfinished.plan.concurrency, 2);
    assert.equal(left.figures.levels.length, 1);
  });

  it('keep the runs of a killed search', async () => {
    const args = ['--find-capacity', 'p50 < 2s', '--sweep', '1..4', '--duration', '3s', '--cool-down', '0s'];
    await killOnce(args, (result) => isSweep(result) && result.levels.length >= 1);
    const left = read('out.json.partial');
    assert.ok(isSweep(left));
    assert.equal(left.search?.sure, false);
    assert.equal(left.search.trials.length, left.levels.length);
  });

  const failing = new Error('later');
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  beforeEach(() => notes.splice(0));

  it('remain if the report fails after a measurement, and are removed if nothing was measured', async () => {
    for (const measured of [true, false]) {
      const act = withPartialFile(at('a.json'), note, async (keep) => {
        await keep?.(['{', '}'], measured);
        throw failing;
      });
      await assert.rejects(act, failing);
      assert.equal(existsSync(at('a.json.partial')), measured);
      if (measured) renameSync(at('a.json.partial'), at('kept'));
    }
    assert.equal(readFileSync(at('kept'), 'utf8'), '{}');
    assert.deepEqual(notes, []);
  });

  it("don't fail a run that can't write them, and this is reported once", async () => {
    mkdirSync(at('gone'));
    const result = await withPartialFile(at('gone/a.json'), note, async (keep) => {
      renameSync(at('gone'), at('away'));
      await keep?.(['1'], true);
      await keep?.(['2'], true);
      return 'measured';
    });
    assert.equal(result, 'measured');
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /Can't write \S*gone\/a\.json\.partial: ENOENT.*The run continues without it\.$/);
    assert.deepEqual(readdirSync(at('away')), []);
  });

  it('of two runs with one report remain until the last writer has ended', async () => {
    await withPartialFile(at('a.json'), note, async (keep) => {
      await keep?.(['first'], true);
      await withPartialFile(at('a.json'), note, async (other) => {
        await other?.(['second'], true);
        await keep?.(['first again'], true);
      });
      assert.equal(readFileSync(at('a.json.partial'), 'utf8'), 'first again');
    });
    assert.ok(!existsSync(at('a.json.partial')));
  });

  it('exist only for reports in files', async () => {
    const paths = ['-', '/dev/null'];
    if (process.platform !== 'win32') {
      execFileSync('sh', ['-c', 'mkfifo "$0"', at('pipe')]);
      paths.push(at('pipe'));
    }
    for (const path of paths) await withPartialFile(path, note, async (keep) => assert.equal(keep, undefined));
    writeFileSync(at('real.json'), '');
    symlinkSync('real.json', at('link.json'));
    await withPartialFile(at('link.json'), note, async (keep) => {
      await keep?.(['x'], true);
      assert.equal(readFileSync(at('link.json.partial'), 'utf8'), 'x');
    });
  });
});
