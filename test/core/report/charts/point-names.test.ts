import assert from 'node:assert/strict';
import { placeNames } from '../../../../src/core/report/charts/point-names.ts';

const area = { left: 0, right: 200, bottom: 100 };
const name = (x: number, y: number) => ({ x, y, width: 20 });

describe('placeNames', () => {
  it('puts a name beside its point, on the other side at the right edge or where the line rises', () => {
    assert.deepEqual(placeNames([name(50, 50)], [], area, 12), [{ x: 55, y: 47, width: 20 }]);
    assert.deepEqual(placeNames([name(190, 50)], [], area, 12), [{ x: 165, y: 47, width: 20 }]);
    assert.deepEqual(placeNames([{ ...name(50, 50), nextY: 20 }], [], area, 12), [{ x: 25, y: 47, width: 20 }]);
  });

  it('omits names of points that lie together once every side is taken', () => {
    const places = placeNames(
      Array.from({ length: 6 }, () => name(100, 50)),
      [],
      area,
      12,
    );
    assert.deepEqual(places, [
      { x: 105, y: 47, width: 20 },
      { x: 75, y: 47, width: 20 },
      { x: 105, y: 67, width: 20 },
      { x: 75, y: 67, width: 20 },
      undefined,
      undefined,
    ]);
  });

  it('leaves other texts free', () => {
    const limit = { x: 4, y: 50, width: 190 };
    assert.deepEqual(placeNames([name(50, 50)], [limit], area, 12), [{ x: 55, y: 67, width: 20 }]);
  });
});
