import assert from 'node:assert/strict';
import { defaultRules } from '../../../../src/core/comparison/compare-sides.ts';
import { makeBaseline } from '../../../../src/core/record/comparisons/baseline.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { againstBaseline } from '../../../../src/core/report/comparisons/against-baseline.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

/** Runs around a latency, ms, one minute apart, from a minute of the hour on. */
const runsOf = (latencyMs: number, count: number, fromMinute: number, changes: Partial<RunRecord> = {}): RunRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    ...recordOf(closedLoop(100, 10, () => ({ latencyMs: latencyMs * (1 + 0.002 * ((i * 3) % 5)) }))),
    id: `20261122-20${fromMinute + i}37-k3f9`,
    startedAt: `2026-11-22T20:${fromMinute + i}:37.123Z`,
    ...changes,
  }));
const baseline = (runs: RunRecord[]) => makeBaseline('main', '2026-11-22T20:15:37.123Z', runs);
/** What is said of the newest of these runs. */
const said = (runs: RunRecord[], kept = baseline(runsOf(20, 5, 10)), target?: string) => {
  const newestFirst = runs.toReversed();
  const [record] = newestFirst;
  assert.ok(record);
  return againstBaseline(kept, { record, runs: newestFirst, rules: defaultRules, target });
};

describe('the last runs against a baseline', () => {
  it('have a verdict with enough runs on both sides', () => {
    assert.deepEqual(said(runsOf(24, 4, 30)), {
      words: '20% slower than main, worse',
      sentence:
        'p95 +20.0% (+19.3% to +20.7%): worse. 4 runs against 5. They were measured at different times, so a drift of the machine looks like a change.',
    });
    assert.equal(said(runsOf(16, 4, 30))?.words, '20% faster than main, better');
    assert.equal(said(runsOf(20, 4, 30))?.words, 'as fast as main, same');
  });

  it('have no verdict with too few runs, and say how many are needed', () => {
    assert.deepEqual(said(runsOf(21, 1, 30)), {
      words: '5% slower than main, single run',
      sentence: 'p95 +4.6%. A verdict needs 4 runs a side: 1 run against 5.',
    });
    assert.equal(said(runsOf(21, 3, 30))?.words, '5% slower than main, 3 of 4 runs');
    assert.equal(
      said(runsOf(30, 4, 30), baseline(runsOf(20, 2, 10)))?.words,
      '50% slower than main, main has 2 of 4 runs',
    );
  });

  it('are only those with the commit and workload of the newest', () => {
    const other = { source: { file: 'load/endpoints.txt', gitCommit: 'b'.repeat(20), gitDirty: false } };
    const now = [...runsOf(21, 4, 30), ...runsOf(24, 1, 40, other)];
    assert.match(said(now)?.words ?? '', /, single run$/);
    const seeded = runsOf(21, 2, 40).map((run) => Object.assign({}, run, { plan: { ...run.plan, seed: 8 } }));
    assert.deepEqual(said(seeded), { sentence: 'Not compared: Seed: 7 before, 8 after.' });
  });

  it('are compared neither with themselves nor if they are partial', () => {
    const runs = runsOf(20, 5, 10);
    assert.deepEqual(said(runs, baseline(runs)), { sentence: 'This run is part of baseline main.' });
    assert.equal(said(runsOf(20, 1, 30, { status: 'cancelled' })), undefined);
  });

  it('are worse if they fail more than the baseline, whatever their speed', () => {
    const failing = runsOf(10, 5, 30, { successes: 50, statusCodes: { 200: 50, 500: 50 } });
    assert.equal(said(failing)?.words, '2.0× faster than main, fails more');
  });

  it('are compared target by target', () => {
    const targets = [targetOf('a'), targetOf('b')];
    const two = (b: number, minute: number): RunRecord => ({
      ...recordOf(
        closedLoop(200, 10, (i) => ({ target: i % 2, latencyMs: i % 2 === 0 ? 10 : b })),
        { targets },
      ),
      id: `20261122-20${minute}37-k3f9`,
      startedAt: `2026-11-22T20:${minute}:37.123Z`,
    });
    const kept = baseline([two(20, 10)]);
    assert.equal(said([two(30, 30)], kept, 'a')?.words, 'as fast as main, single run');
    assert.equal(said([two(30, 30)], kept, 'b')?.words, '50% slower than main, single run');
    assert.deepEqual(said([two(30, 30)], kept, 'c'), {
      sentence: 'Not compared: the baseline has no numbers of this target.',
    });
  });
});
