import assert from 'node:assert/strict';
import { changePoints, leastSide } from '../../../src/core/comparison/change-points.ts';
import { normalFrom, seededUnits } from '../../../src/core/values/pick.ts';

/** Independent normal values. */
function normals(seed: number, count: number): number[] {
  const unit = seededUnits(seed);
  return Array.from({ length: count }, (_, i) => normalFrom(unit(2 * i), unit(2 * i + 1)));
}
/** Values with a step of `step` standard deviations at an index. */
const stepped = (seed: number, count: number, at: number, step: number): number[] =>
  normals(seed, count).map((value, i) => value + (i >= at ? step : 0));

describe('changePoints', function () {
  this.timeout(60_000);

  it('finds a change in at most 5% of series without one, whatever their length', () => {
    for (const count of [8, 12, 20, 40]) {
      const series = Array.from({ length: 400 }, (_, seed) => normals(seed + 1000 * count, count));
      const alarms = series.filter((values) => changePoints(values).length > 0).length;
      // 5% of 400, and 2.6 standard deviations of the simulation.
      assert.ok(alarms <= 31, `${alarms} of 400 with ${count} values`);
    }
  });

  it('finds a step of 6 standard deviations where it is', () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const indexes = changePoints(stepped(seed, 24, 14, 6)).map(({ index }) => index);
      if (indexes.length === 1 && indexes[0] === 14) found += 1;
      assert.ok(
        indexes.some((index) => Math.abs(index - 14) <= 1),
        `seed ${seed}: ${indexes.join(', ')}`,
      );
    }
    assert.ok(found >= 90, `${found} of 100 at the right place`);
  });

  it('finds two steps, and the size of each', () => {
    const values = Array.from({ length: 30 }, (_, i) => (i < 10 ? 100 : i < 20 ? 130 : 90) + (i % 3));
    assert.deepEqual(changePoints(values), [
      { index: 10, shift: 30 },
      { index: 20, shift: -40 },
    ]);
  });

  it('needs 4 values a side, and the same order gives the same answer', () => {
    assert.equal(leastSide, 4);
    assert.deepEqual(changePoints([1, 1.1, 1.2, 9, 9.1, 9.2, 9.3]), []);
    assert.deepEqual(changePoints([1, 1.1, 1.2, 1.3, 9, 9.1, 9.2, 9.3]), [{ index: 4, shift: 8 }]);
    assert.deepEqual(changePoints(Array.from({ length: 20 }, () => 7)), []);
    const values = stepped(5, 30, 12, 1.5);
    assert.deepEqual(changePoints(values), changePoints(values));
  });
});
