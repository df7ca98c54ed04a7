import assert from 'node:assert/strict';
import { binLabels } from '../../../../src/core/report/charts/bin-axis.ts';

const texts = (edgesMs: readonly number[], most = 6) => binLabels(edgesMs, most).map(({ at, text }) => [at, text]);

describe('the axis of bins', () => {
  it('has round edges at regular intervals', () => {
    assert.deepEqual(texts([0, 2.5, 5, 7.5, 10]), [
      [0, '0 ms'],
      [1, '2.5 ms'],
      [2, '5 ms'],
      [3, '7.5 ms'],
      [4, '10 ms'],
    ]);
    const many = Array.from({ length: 32 }, (_, i) => 1000 + i);
    assert.deepEqual(
      texts(many).map(([at]) => at),
      [0, 10, 20, 30],
    );
    assert.equal(texts(many, 9)[1]?.[1], '1.005 s');
    assert.deepEqual(texts([]), []);
  });

  it('starts at the first round edge', () => {
    const edges = Array.from({ length: 41 }, (_, i) => 40 + 20 * i);
    assert.deepEqual(texts(edges), [
      [8, '200 ms'],
      [18, '400 ms'],
      [28, '600 ms'],
      [38, '800 ms'],
    ]);
  });

  it('labels a stretched last bin by where it starts, not by its end', () => {
    assert.deepEqual(texts([0, 2.5, 5, 7.5, 10, 12.5, 94.1]), [
      [0, '0 ms'],
      [1, '2.5 ms'],
      [2, '5 ms'],
      [3, '7.5 ms'],
      [4, '10 ms'],
      [5.5, '> 12.5 ms'],
    ]);
  });

  it('labels a stretched first bin the same way', () => {
    assert.deepEqual(texts([3, 100, 102, 104, 106]), [
      [0.5, '< 100 ms'],
      [2, '102 ms'],
      [3, '104 ms'],
      [4, '106 ms'],
    ]);
  });
});
