import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { driftOf } from '../../../../src/core/metrics/statistics/drift.ts';

describe('driftOf', () => {
  it('is the slope of a line over the whole series, as a share of the mean', () => {
    // From 91 to 109 in steps of 2: ten steps are 20 of 100.
    const drift = driftOf(Array.from({ length: 10 }, (_, i) => 91 + 2 * i));
    assert.ok(drift);
    assert.ok(Math.abs(drift.share - 0.2) < 1e-12);
    assert.ok(drift.interval.every((bound) => Math.abs(bound - 0.2) < 1e-12));
  });

  it('has the interval of Student’s t with 8 degrees of freedom', () => {
    // Residuals of ±1 in the pattern + - - + + - - + + - have the slope −1/82.5 × (sum of (i − 4.5) × residual).
    const residuals = [1, -1, -1, 1, 1, -1, -1, 1, 1, -1];
    const slope = residuals.reduce((sum, value, i) => sum + (i - 4.5) * value, 0) / 82.5;
    const squares = residuals.reduce((sum, value, i) => sum + (value - slope * (i - 4.5)) ** 2, 0);
    const half = 3.355387 * Math.sqrt(squares / 8 / 82.5);
    const drift = driftOf(residuals.map((value) => 10 + value));
    assert.ok(drift);
    assert.ok(Math.abs(drift.share - slope) < 1e-12);
    assert.ok(Math.abs(drift.interval[0] - (slope - half)) < 1e-9);
    assert.ok(Math.abs(drift.interval[1] - (slope + half)) < 1e-9);
  });

  it('ignores values at the start that fill no block', () => {
    const series = Array.from({ length: 20 }, (_, i) => 50 + (i % 3));
    assert.deepEqual(driftOf([1_000, 0, ...series]), driftOf(series));
  });

  it('changes its sign with the order, and not with the scale', () => {
    const series = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(series, (values) => {
        const even = values.slice(values.length % 10);
        const [forward, backward] = [driftOf(even), driftOf(even.toReversed())];
        const scaled = driftOf(even.map((value) => 4 * value));
        assert.ok(forward && backward && scaled);
        assert.ok(Math.abs(forward.share + backward.share) < 1e-9);
        assert.ok(Math.abs(forward.share - scaled.share) < 1e-9);
      }),
    );
  });

  it('is null below ten values and without a mean', () => {
    assert.equal(driftOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), null);
    assert.equal(driftOf(Array.from({ length: 10 }, () => 0)), null);
  });
});
