import assert from 'node:assert/strict';
import { arrivalsOf } from '../../../../src/core/plan/load/arrivals.ts';
import { makePlan, type PlanChoices } from '../../../../src/core/plan/plan.ts';

const planOf = (choices: PlanChoices): ReturnType<typeof makePlan> =>
  makePlan({ ratePerS: 100, requests: 10_000, ...choices }, { defaults: {}, objectives: [] });

/** Returns the gaps between arrivals, as multiples of their mean of 10 ms. */
function gapsOf(choices: PlanChoices, count = 20_000): number[] {
  const at = arrivalsOf(planOf(choices));
  const times = Array.from({ length: count + 1 }, (_, index) => at(index));
  return times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 10);
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the largest distance of the values' distribution to another one. */
function distance(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, index) => {
      const p = cdf(value);
      return Math.max(Math.abs(p - index / sorted.length), Math.abs(p - (index + 1) / sorted.length));
    }),
  );
}

/** The distance that a true sample of this size exceeds in one of 100 cases (Kolmogorov–Smirnov). */
const critical = 1.628 / Math.sqrt(20_000);

const exponential = (x: number): number => -Math.expm1(-x);
/** Distribution of the mean of two exponential values: gamma with shape 2. */
const shapeTwo = (x: number): number => 1 - Math.exp(-2 * x) * (1 + 2 * x);
/** Gamma with shape 1/2 is the square of a normal value; the error function by its series. */
function shapeHalf(x: number): number {
  const z = Math.sqrt(x / 2);
  if (z > 5) return 1;
  let term = z;
  let sum = z;
  for (let n = 1; n < 200; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('gamma arrivals', () => {
  it('follow their distribution (Kolmogorov–Smirnov, p = 0.01)', () => {
    assert.ok(distance(gapsOf({ burstiness: 1 }), exponential) < critical);
    assert.ok(distance(gapsOf({ burstiness: 2 }), shapeTwo) < critical);
    assert.ok(distance(gapsOf({ burstiness: 0.5 }), shapeHalf) < critical);
    // The test tells a wrong one.
    assert.ok(distance(gapsOf({ burstiness: 2 }), exponential) > critical);
  });

  it('keep the rate for any burstiness', () => {
    for (const burstiness of [0.1, 0.5, 1, 4, 100]) {
      const gaps = gapsOf({ burstiness });
      const deviation = Math.sqrt(meanOf(gaps.map((gap) => (gap - 1) ** 2)));
      assert.ok(Math.abs(meanOf(gaps) - 1) < (4 * deviation) / Math.sqrt(gaps.length), `${burstiness}`);
      assert.ok(Math.abs(deviation * Math.sqrt(burstiness) - 1) < 0.1, `${burstiness}: ${deviation}`);
    }
  });

  it('are determined by the seed, in any order of calls', () => {
    const at = arrivalsOf(planOf({ burstiness: 0.5 }));
    const ahead = [5, 3, 4, 5].map((index) => at(index));
    assert.equal(ahead[0], ahead[3]);
    assert.notEqual(arrivalsOf(planOf({ burstiness: 0.5, seed: 2 }))(5), ahead[0]);
  });

  it("have a burstiness, which other arrivals don't", () => {
    const { arrivals, burstiness } = planOf({ burstiness: 0.5 });
    assert.deepEqual([arrivals, burstiness], ['gamma', 0.5]);
    assert.throws(() => planOf({ arrivals: 'gamma' }), /Gamma arrivals have no burstiness/);
    assert.throws(
      () => planOf({ arrivals: 'poisson', burstiness: 2 }),
      /burstiness and poisson arrivals can't be combined/,
    );
    assert.equal(planOf({ arrivals: 'poisson' }).burstiness, undefined);
  });
});
