import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { addPair, createMoments, lineOf, mergeMoments, r2Of } from '../../../../src/core/metrics/statistics/line.ts';
import { near } from '../samples.ts';

function momentsOf(pairs: readonly (readonly [number, number])[]) {
  const moments = createMoments();
  for (const [x, y] of pairs) addPair(moments, x, y);
  return moments;
}

/** Draws of a uniform distribution, −0.5 to 0.5 (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32 - 0.5;
  };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];

describe('the line of Theil and Sen', () => {
  it('ignores the outlier of a textbook example', () => {
    // Anscombe's third data set: a line, and one point far from it. Least squares give y = 3 + 0.5x.
    const y = [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73];
    const line = lineOf(x.map((each, i) => [each, y[i]!] as const));
    assert.ok(line !== null && near(line.slope, 0.345, 0.01) && near(line.intercept, 4.006, 0.01));
  });

  it('is the median of all slopes, with ranks as the ends of its interval', () => {
    // Anscombe's first data set.
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const slopes = x
      .flatMap((first, i) => x.slice(i + 1).map((second, k) => (y[i + 1 + k]! - y[i]!) / (second - first)))
      .toSorted((a, b) => a - b);
    const line = lineOf(x.map((each, i) => [each, y[i]!] as const));
    assert.ok(line !== null && slopes.length === 55);
    assert.equal(line.slope, median(slopes));
    assert.equal(line.intercept, median(x.map((each, i) => y[i]! - line.slope * each)));
    // V = 11 · 10 · 27 / 18 = 165, so the ranks are (55 ± 25.18) / 2.
    assert.deepEqual(line.interval95, [slopes[14], slopes[40]]);
  });

  it('is exact for points on a line, also if many have the same x', () => {
    const number = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 2, maxLength: 60 }), number, number, (xs, slope, intercept) => {
        const line = lineOf(xs.map((each) => [each, intercept + slope * each] as const));
        if (new Set(xs).size === 1) assert.equal(line, null);
        else assert.deepEqual(line, { intercept, slope, interval95: [slope, slope], interceptHigh95: intercept });
      }),
    );
  });

  it('changes by less than 10% if 5% of the points are outliers of 100 times', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 40, max: 200 }), (seed, count) => {
        const draw = uniform(seed);
        const points = Array.from({ length: count }, () => {
          const tokens = 100 + Math.round(900 * (draw() + 0.5));
          return [tokens, 40 + 0.2 * tokens + 10 * draw()] as const;
        });
        const spoiled = points.map(([tokens, ms], i) => [tokens, i % 20 === 7 ? 100 * ms : ms] as const);
        const [before, after] = [lineOf(points), lineOf(spoiled)];
        assert.ok(before !== null && after !== null && near(after.slope, before.slope, 0.1));
      }),
    );
  });

  it('has moments that are the same if merged from parts in any order', () => {
    const pair = fc.tuple(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 60 }), fc.nat(59), (pairs, at) => {
        const whole = momentsOf(pairs);
        const parts = mergeMoments([momentsOf(pairs.slice(at)), momentsOf(pairs.slice(0, at)), createMoments()]);
        for (const name of ['count', 'meanX', 'meanY'] as const) assert.ok(near(parts[name], whole[name], 1e-9));
        for (const name of ['xx', 'xy', 'yy'] as const)
          assert.ok(Math.abs(parts[name] - whole[name]) <= 1e-9 * (whole.xx + whole.yy) + 1e-6, name);
      }),
    );
  });

  it('has an interval that contains the slope in about 95 of 100 cases', () => {
    const draw = uniform(7);
    const cases = 2000;
    let held = 0;
    for (let i = 0; i < cases; i++) {
      const pairs = Array.from(
        { length: 40 },
        (_, k) => [100 + 10 * k, 50 + 0.3 * (100 + 10 * k) + 40 * draw()] as const,
      );
      const [low, high] = lineOf(pairs)!.interval95;
      if (low <= 0.3 && 0.3 <= high) held++;
    }
    assert.ok(held / cases > 0.935 && held / cases < 0.965, String(held / cases));
  });

  it('has the R² of least squares', () => {
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    assert.ok(near(r2Of(momentsOf(x.map((each, i) => [each, y[i]!] as const))), 0.666542459, 1e-8));
    assert.equal(r2Of(momentsOf(x.map((each) => [each, 5] as const))), 0);
  });
});
