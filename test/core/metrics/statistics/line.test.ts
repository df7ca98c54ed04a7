import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { addPair, createMoments, lineOf, mergeMoments } from '../../../../src/core/metrics/statistics/line.ts';
import { near } from '../samples.ts';

function momentsOf(pairs: readonly (readonly [number, number])[]) {
  const moments = createMoments();
  for (const [x, y] of pairs) addPair(moments, x, y);
  return moments;
}

const lineThrough = (of: (i: number) => readonly [number, number]) =>
  lineOf(momentsOf(Array.from({ length: 20 }, (_, i) => of(i))));

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

describe('the least-squares line', () => {
  it('equals the textbook example', () => {
    // Anscombe's first data set, with an extra point at the means, which changes neither coefficient.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const pairs = x.map((each, i) => [each, y[i]!] as const);
    assert.equal(lineOf(momentsOf(pairs)), null);
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const line = lineOf(momentsOf([...pairs, [9, mean]]));
    assert.ok(line !== null);
    assert.ok(near(line.intercept, 3.000090909, 1e-8));
    assert.ok(near(line.slope, 0.500090909, 1e-8));
    assert.ok(near(line.r2, 0.666542459, 1e-8));
    // s² = 13.76269 / 10, Σ(x − mean x)² = 110, t(0.975, 10) = 2.228139.
    const half = 2.228139 * Math.sqrt(13.76269 / 10 / 110);
    assert.ok(near(line.interval95[1] - line.slope, half, 1e-3));
  });

  it('is the same if merged from parts in any order', () => {
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
      const [low, high] = lineOf(momentsOf(pairs))!.interval95;
      if (low <= 0.3 && 0.3 <= high) held++;
    }
    assert.ok(held / cases > 0.935 && held / cases < 0.965, String(held / cases));
  });

  it("doesn't exist for equal values", () => {
    assert.equal(
      lineThrough((i) => [5, i]),
      null,
    );
    assert.equal(
      lineThrough((i) => [i, 5]),
      null,
    );
  });
});
