import assert from 'node:assert/strict';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { trendView } from '../../../../src/core/report/charts/trend.ts';
import { trendOf } from '../../../../src/core/report/tables/trend-runs.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

/** Runs of one commit each, one minute apart. */
const history: readonly RunRecord[] = Array.from({ length: 12 }, (_, i): RunRecord => {
  const latencyMs = (i < 7 ? 20 : 30) * (1 + 0.002 * ((i * 3) % 5));
  return {
    ...recordOf(closedLoop(100, 10, () => ({ latencyMs }))),
    id: `20261122-20${10 + i}37-k3f9`,
    startedAt: `2026-11-22T20:${10 + i}:37.123Z`,
    source: {
      file: 'load/endpoints.txt',
      gitCommit: `${String(i).padStart(2, '0')}aaaaaaaa`,
      gitBranch: 'main',
      gitDirty: i === 8,
    },
  };
}).toReversed();
const [newest] = history;

describe('the trend of a file', () => {
  it('has its complete runs with the same workload, oldest first', () => {
    assert.ok(newest);
    const seeded = { ...newest, id: 'other', plan: { ...newest.plan, seed: 8 } };
    const partial = { ...newest, id: 'partial', status: 'cancelled' as const };
    const elsewhere = { ...newest, id: 'elsewhere', name: 'b.txt' };
    const trend = trendOf(newest, [seeded, partial, elsewhere, ...history]);
    assert.deepEqual([trend.name, trend.others, trend.runs.length], ['endpoints.txt', 1, 12]);
    const [first] = trend.runs;
    assert.deepEqual(first?.values.p50?.[0], 20);
    assert.deepEqual([first?.commit, first?.branch, first?.dirty], ['00aaaaaaaa', 'main', false]);
  });

  it('is drawn with intervals and commits, and says where it changed', () => {
    assert.ok(newest);
    const { chart, sentences, runs } = trendView(trendOf(newest, history), 'p50');
    assert.equal(runs.length, 12);
    assert.deepEqual(sentences, ['p50 +50.0% at 07aaaaa (main): 20.1 ms before, 30.1 ms after.']);
    assert.deepEqual(chart.markers, [{ x: 6.5, label: '+50.0% at 07aaaaa' }]);
    const [measured, levels] = chart.series;
    assert.deepEqual(measured?.points[0], { x: 0, y: 20, bottom: 20, top: 20, note: '00aaaaa (main)' });
    assert.deepEqual(
      levels?.points.map(({ x, y }) => [x, y === null ? null : Number(y.toFixed(2))]),
      [
        [-0.5, 20.08],
        [6.5, 20.08],
        [6.5, null],
        [6.5, 30.12],
        [11.5, 30.12],
      ],
    );
    assert.deepEqual(chart.table.rows[8], [
      '2026-11-22 20:18:37 UTC',
      '08aaaaa (main), uncommitted changes',
      '30.2 ms',
      '30.2 ms to 30.2 ms',
      '',
    ]);
    assert.equal(chart.x.tick(8), '08aaaaa*');
  });

  it('has no change with fewer than 8 runs, and no points of a metric that was not measured', () => {
    assert.ok(newest);
    const { sentences } = trendView(trendOf(newest, history.slice(0, 7)), 'p95');
    assert.deepEqual(sentences, ['A change can be found from 8 runs on.']);
    assert.deepEqual(trendView(trendOf(newest, history), 'ttft').runs, []);
    assert.equal(trendView(trendOf(newest, history.slice(0, 5)), 'throughput').sentences.length, 1);
  });
});
