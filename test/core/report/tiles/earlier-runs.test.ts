import assert from 'node:assert/strict';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { changeText, earlierRuns } from '../../../../src/core/report/tiles/earlier-runs.ts';
import { trailNote, trailOf } from '../../../../src/core/report/tiles/trail.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 20, minute)).toISOString();

/** A run that started in this minute, each request of which took so long. */
function run(minute: number, latencyMs: number, changes: Partial<RunRecord> = {}): RunRecord {
  const samples = closedLoop(60, 1, (index) => ({ latencyMs, target: index % 2 }));
  const targets = [targetOf('a'), targetOf('b')];
  return { ...recordOf(samples, { targets, id: `run-${String(minute)}`, startedAt: at(minute) }), ...changes };
}

const now = run(50, 12);

describe('earlier runs of a file', () => {
  it('are at most nine with the same work, the oldest first', () => {
    const before = Array.from({ length: 12 }, (_, i) => run(i, 10));
    const { runs, differences } = earlierRuns(now, [now, run(55, 10), ...before]);
    assert.deepEqual(
      runs.map(({ startedAt }) => startedAt),
      before.slice(3).map(({ startedAt }) => startedAt),
    );
    assert.deepEqual(differences, []);
    assert.equal(runs[0]?.figures.p50, 10);
    assert.deepEqual(Object.keys(runs[0]?.targets ?? {}), ['a', 'b']);
  });

  it('have no total time for a canceled run, which ended early', () => {
    const canceled = run(50, 12, { status: 'cancelled' });
    const before = [run(1, 10)];
    assert.equal(trailOf('total', now, earlierRuns(now, before))?.change, '+20.0%');
    assert.equal(trailOf('total', canceled, earlierRuns(canceled, before)), undefined);
    assert.equal(trailOf('p50', canceled, earlierRuns(canceled, before))?.change, '+20.0%');
  });

  it('are not those of another file, canceled ones, or those without a request', () => {
    const none = earlierRuns(now, [
      run(1, 10, { source: { file: 'other.endpoints' } }),
      run(2, 10, { source: null }),
      run(3, 10, { status: 'cancelled' }),
      run(4, 10, { requestsSent: 0 }),
    ]);
    assert.deepEqual(none, { runs: [], differences: [] });
  });

  it('say how the work of the last one differs', () => {
    const wider = run(20, 10, { plan: { ...now.plan, concurrency: 20 } });
    const { runs, differences } = earlierRuns(now, [wider, run(10, 10)]);
    assert.equal(runs.length, 1);
    assert.deepEqual(differences, ['Load: concurrency 20 (closed model) before, concurrency 10 (closed model) after.']);
    assert.equal(
      trailNote({ runs, differences }, (startedAt) => startedAt),
      `Changes are since the run of ${at(10)}, the last one with the same workload. They include run-to-run noise.`,
    );
  });
});

describe('change of a number', () => {
  it('is a share, and of shares in points', () => {
    assert.equal(changeText('p95', 10, 12), '+20.0%');
    assert.equal(changeText('throughput', 10, 9), '−10.0%');
    assert.equal(changeText('success', 1, 0.986), '−1.4 points');
    assert.equal(changeText('p95', 10, 10), '0.0%');
  });

  it('is not there without a number before', () => {
    assert.equal(changeText('p95', undefined, 12), null);
    assert.equal(changeText('throughput', 0, 12), null);
  });

  it('comes with the places of all values', () => {
    const earlier = earlierRuns(now, [run(1, 10), run(2, 14)]);
    assert.deepEqual(trailOf('p50', now, earlier), {
      change: '−14.3%',
      places: [0, 1, 0.5],
      words: 'Last 3 runs: 10.0 ms, 14.0 ms, 12.0 ms.',
    });
    const [a] = now.perTarget;
    assert.equal(trailOf('p50', a!, earlier, 'a')?.change, '−14.3%');
    assert.equal(trailOf('p50', a!, earlier, 'elsewhere'), undefined);
  });
});
