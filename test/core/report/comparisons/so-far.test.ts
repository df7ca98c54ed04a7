import assert from 'node:assert/strict';
import { changesSoFar } from '../../../../src/core/report/comparisons/so-far.ts';
import { comparisonOf, slicesOf } from '../../record/comparison-fixtures.ts';

const after = (pairs: number) =>
  changesSoFar(
    comparisonOf(slicesOf(pairs, 1), slicesOf(pairs, 1.1), {
      pairs: { planned: 40, order: Array.from({ length: pairs }, () => 'a') },
    }),
  );

describe('changes of a comparison in progress', () => {
  it('have an interval once there are enough pairs, and no verdict', () => {
    assert.equal(after(4).chart, null);
    const { chart, table } = after(9);
    assert.deepEqual(table.columns, ['Metric', 'A', 'B', 'Change', 'Interval']);
    assert.ok(table.rows.every((row) => row.length === 5));
    assert.match(table.rows[0]?.[4] ?? '', / to /);
    assert.match(chart?.remark ?? '', /^Intervals as if the comparison ended now\./);
    assert.deepEqual(
      chart?.series.map(({ label }) => label),
      ['Open'],
    );
  });
});
