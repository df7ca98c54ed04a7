import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  countAxis,
  logAxis,
  logPosition,
  spacedTicks,
  ticksBetween,
  valueAxis,
} from '../../../../src/core/report/charts/axes.ts';
import { formatCount, formatMs, formatNumber } from '../../../../src/core/format.ts';

/** Returns which of these values have a name on an axis. */
const named = (values: readonly number[]) =>
  spacedTicks(values.map(logPosition), (place) => String(Math.round(2 ** place))).map((place) =>
    Math.round(2 ** place),
  );

describe('axes of charts', () => {
  it('have a few round ticks from 0 to an end above the largest value', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e7, noNaN: true }), (largest) => {
        for (const { min, max, ticks } of [valueAxis('', largest, formatMs), countAxis('', largest)]) {
          assert.equal(min, 0);
          assert.ok(max >= largest && max <= Math.max(6, 2 * largest), String(max));
          assert.ok(ticks.length >= 2 && ticks.length <= 7, ticks.join(' '));
          assert.ok(ticks[0] === 0 && ticks.at(-1)! <= max);
        }
      }),
    );
    const { ticks, tick } = valueAxis('Latency', 1100, formatMs);
    assert.deepEqual(ticks.map(tick), ['0', '250 ms', '500 ms', '750 ms', '1 s', '1.25 s']);
  });

  it('have only whole numbers for counts', () => {
    assert.deepEqual(countAxis('', 1).ticks, [0, 1, 2]);
    assert.ok(countAxis('', 12).ticks.every(Number.isInteger));
  });

  it('have 1, 2, and 5 of each power of ten for doublings, and include all values', () => {
    const { min, max, ticks, tick } = logAxis('', 10, 320, formatNumber);
    assert.deepEqual(ticks.map(tick), ['10', '20', '50', '100', '200', '500']);
    assert.deepEqual([min, max], [logPosition(10), logPosition(500)]);
    const wide = logAxis('', 0.3, 90_000, formatNumber);
    assert.deepEqual(wide.ticks.map(wide.tick), ['1', '10', '100', '1,000', '10,000', '100,000']);
  });

  it('have only ticks inside the visible part', () => {
    assert.deepEqual(
      ticksBetween(-0.11, 0.12).map((x) => formatCount(x * 100)),
      ['-10', '-5', '0', '5', '10'],
    );
  });

  it('leave out names that would overlap, but never the ends', () => {
    assert.deepEqual(named([1, 2, 4, 8, 16, 12, 14, 15, 15, 16]), [1, 2, 4, 8, 12, 16]);
    assert.deepEqual(named([64, 1, 2, 4, 8, 16, 32]), [1, 2, 4, 8, 16, 32, 64]);
    assert.deepEqual([named([]), named([5, 5]), named([15, 16])], [[], [5], [15, 16]]);
  });
});
