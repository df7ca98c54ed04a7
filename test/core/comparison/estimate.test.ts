import { deepEqual, equal, ok } from 'node:assert/strict';
import { array, assert as assertProperty, integer, property } from 'fast-check';
import { pairedEstimate, shiftEstimate } from '../../../src/core/comparison/estimate.ts';
import { holmDivisors } from '../../../src/core/comparison/holm.ts';
import { boundariesOf, looksOf } from '../../../src/core/comparison/looks.ts';
import { normalCdf, normalQuantile } from '../../../src/core/metrics/statistics/normal.ts';

const near = (actual: number, expected: number, tolerance: number): void =>
  ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

describe('normal distribution', () => {
  it('has the tabulated values', () => {
    near(normalCdf(0), 0.5, 1e-15);
    near(normalCdf(1.96), 0.9750021048517795, 1e-12);
    near(normalCdf(-5), 2.866515718791939e-7, 1e-15);
    near(normalQuantile(0.975), 1.959963984540054, 1e-9);
  });
});

describe('looks', () => {
  it('have the bounds of Lan and DeMets for five equal steps', () => {
    const bounds = boundariesOf([0.2, 0.4, 0.6, 0.8, 1], 0.05);
    const published = [4.8769, 3.3569, 2.6803, 2.2898, 2.031];
    for (const [i, bound] of bounds.entries()) near(bound, published[i] ?? 0, 5e-4);
  });

  it('come every four pairs from the eighth on', () => {
    deepEqual(
      looksOf(18, 0.05).map(({ pairs }) => pairs),
      [8, 12, 16, 18],
    );
  });

  it('keep the joint level: a Brownian motion leaves the bounds in 5% of cases', () => {
    const looks = looksOf(40, 0.05);
    const bounds = looks.map(({ level }) => normalQuantile(1 - level / 2));
    let state = 7;
    const unit = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 4294967296;
    };
    const runs = 20_000;
    let left = 0;
    for (let run = 0; run < runs; run += 1) {
      let sum = 0;
      let pairs = 0;
      for (const [i, look] of looks.entries()) {
        for (; pairs < look.pairs; pairs += 1) sum += Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
        if (Math.abs(sum) / Math.sqrt(pairs) > (bounds[i] ?? 0)) {
          left += 1;
          break;
        }
      }
    }
    near(left / runs, 0.05, 0.006);
  });

  it('use the whole level if there is only one', () => {
    const [only] = looksOf(8, 0.05);
    equal(only?.pairs, 8);
    near(only?.level ?? 0, 0.05, 1e-9);
  });
});

describe('paired differences', () => {
  it('have the estimate, interval, and p-value of the signed-rank test', () => {
    const values = [1.1, -0.2, 0.3, 0.8, 1.9, 0.4, -0.5, 1.2, 0.7, 0.6];
    const found = pairedEstimate(values, 0.05);
    near(found.effect, 0.65, 1e-12);
    // The negative ranks add up to 5: ten of the 1,024 signs have no more.
    near(found.p, 20 / 1024, 1e-12);
    // The interval holds the shifts that the test does not reject.
    const [low = 0, high = 0] = found.interval ?? [];
    const pAt = (shift: number): number =>
      pairedEstimate(
        values.map((value) => value - shift),
        0.05,
      ).p;
    ok(pAt(low - 1e-6) <= 0.05 && pAt(low + 1e-6) > 0.05);
    ok(pAt(high + 1e-6) <= 0.05 && pAt(high - 1e-6) > 0.05);
  });

  it('have no interval below six values at 5%', () => {
    equal(pairedEstimate([1, 2, 3, 4, 5], 0.05).interval, null);
    deepEqual(pairedEstimate([1, 2, 3, 4, 5, 6], 0.05).interval, [1, 6]);
  });

  it('change sign with the values, and shift with a constant', () => {
    const values = array(integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 20 });
    assertProperty(
      property(values, integer({ min: -50, max: 50 }), (list, by) => {
        const found = pairedEstimate(list, 0.05);
        const turned = pairedEstimate(
          list.map((value) => -value),
          0.05,
        );
        const moved = pairedEstimate(
          list.map((value) => value + by),
          0.05,
        );
        near(turned.effect, -found.effect, 1e-9);
        near(turned.p, found.p, 1e-9);
        near(turned.interval?.[0] ?? 0, -(found.interval?.[1] ?? 0), 1e-9);
        near(moved.effect, found.effect + by, 1e-9);
        near(moved.interval?.[1] ?? 0, (found.interval?.[1] ?? 0) + by, 1e-9);
        ok(found.p > 0 && found.p <= 1);
      }),
    );
  });
});

describe('two sides of runs', () => {
  it('have the exact Mann-Whitney p-value: three runs per side never reach 5%, four can', () => {
    near(shiftEstimate([1, 2, 3], [4, 5, 6], 0.05).p, 0.1, 1e-12);
    near(shiftEstimate([1, 2, 3, 4], [5, 6, 7, 8], 0.05).p, 2 / 70, 1e-12);
    equal(shiftEstimate([1, 2, 3], [4, 5, 6], 0.05).interval, null);
    deepEqual(shiftEstimate([1, 2, 3, 4], [5, 6, 7, 8], 0.05).interval, [1, 7]);
  });

  it('have p = 1 when all values are equal', () => {
    equal(shiftEstimate([2, 2, 2, 2], [2, 2, 2, 2], 0.05).p, 1);
    equal(pairedEstimate([0, 0, 0, 0, 0, 0], 0.05).p, 1);
  });
});

describe('several metrics', () => {
  it("are judged by Holm's method", () => {
    const p = [0.04, 0.001, 0.03];
    deepEqual(
      holmDivisors(p, (index, divisor) => (p[index] ?? 1) <= 0.05 / divisor),
      [2, 3, 2],
    );
    const all = [0.01, 0.001, 0.02];
    deepEqual(
      holmDivisors(all, (index, divisor) => (all[index] ?? 1) <= 0.05 / divisor),
      [2, 3, 1],
    );
  });
});
