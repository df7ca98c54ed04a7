import assert from 'node:assert/strict';
import { logPosition } from '../../../../src/core/report/charts/axes.ts';
import { latencyByLevel, levelCharts, throughputByLevel, tradeOff } from '../../../../src/core/report/charts/levels.ts';
import { lawful, levelRecord, sweepOf } from '../../record/sweep-fixtures.ts';

const levels = [1, 2, 4, 8, 16, 32];
const sweep = sweepOf(
  levels.map((concurrency) => levelRecord(concurrency, lawful(concurrency), { slo: 'p95 < 300ms, errors < 1%' })),
);

describe('charts of levels', () => {
  it('draw linear scaling as a straight line inside the chart, on axes of the same kind', () => {
    const { series, x, y } = throughputByLevel(sweep);
    const linear = series.find(({ label }) => label === 'Linear scaling')!;
    const single = sweep.levels[0]!.successThroughputPerS!;
    assert.deepEqual(
      linear.points.map(({ x: at, y: value }) => [at, value]),
      [
        [logPosition(1), logPosition(single)],
        [logPosition(32), logPosition(32 * single)],
      ],
    );
    for (const { points } of series) {
      for (const point of points) {
        assert.ok(point.x >= x.min && point.x <= x.max && point.y! >= y.min && point.y! <= y.max);
      }
    }
    assert.deepEqual(y.ticks.map(y.tick), ['10', '20', '50', '100', '200', '500']);
  });

  it('plot p95 against throughput, with the objective as a line', () => {
    const { series, limits, table } = tradeOff(sweep);
    assert.deepEqual(limits, [{ y: 300, label: 'p95 < 300ms' }]);
    assert.deepEqual(
      series[0]!.points.map(({ name, y }) => [name, y]),
      sweep.levels.map(({ plan, successLatencyMs }) => [String(plan.concurrency), successLatencyMs.p95]),
    );
    assert.deepEqual(table.columns, ['Concurrency', 'Throughput', 'p95']);
  });

  it('mark percentiles of too few responses, and list them in the table', () => {
    const short = sweepOf([1, 2].map((concurrency) => levelRecord(concurrency, lawful(concurrency), { count: 6 })));
    const { table, series } = latencyByLevel(short);
    for (const [, median, p95] of table.rows) {
      assert.doesNotMatch(median!, /\?/);
      assert.match(p95!, / \?$/);
    }
    assert.equal(table.note, '? = too few successes to rely on.');
    assert.equal(series[1]!.points[0]!.note, '6 successes, too few to rely on');
  });

  it("don't exist for a single level", () => {
    assert.deepEqual(levelCharts(sweepOf([levelRecord(4, lawful(4))])), []);
  });
});
