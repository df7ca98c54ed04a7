import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  intervalRanks,
  leastCount,
  quantile,
  quantileShares,
  rankedSamples,
} from '../../../../src/core/metrics/statistics/quantiles.ts';
import { naiveQuantile, near } from '../samples.ts';

const durations = fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });

/** P(low <= B < high) for B ~ Binomial(n, p), summed from logarithms of factorials. */
function coverage(n: number, p: number, low: number, high: number): number {
  const logFactorial = [0];
  for (let k = 1; k <= n; k++) logFactorial.push(logFactorial[k - 1]! + Math.log(k));
  let sum = 0;
  for (let k = low; k < high; k++) {
    const ways = logFactorial[n]! - logFactorial[k]! - logFactorial[n - k]!;
    sum += Math.exp(ways + k * Math.log(p) + (n - k) * Math.log(1 - p));
  }
  return sum;
}

describe('quantile', () => {
  it('has the known values of type 7', () => {
    const values = rankedSamples([10, 20, 30, 40]);
    assert.equal(quantile(values, 0.5), 25);
    assert.equal(quantile(values, 0.9), 37);
    assert.equal(quantile(values, 0), 10);
    assert.equal(quantile(values, 1), 40);
    assert.equal(quantile(rankedSamples([7]), 0.99), 7);
    assert.equal(quantile(rankedSamples([]), 0.5), null);
  });

  it('equals a simple implementation', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sorted = Float64Array.from(values).toSorted();
        assert.ok(near(quantile(rankedSamples(sorted), share), naiveQuantile(values, share)));
      }),
    );
  });
});

describe('the minimum number of samples', () => {
  it('is 6, 29, 59, 299, and 2,995', () => {
    assert.deepEqual(Object.values(quantileShares).map(leastCount), [6, 29, 59, 299, 2995]);
  });

  it('is where intervals start to exist', () => {
    for (const share of Object.values(quantileShares)) {
      const least = leastCount(share);
      assert.equal(intervalRanks(least - 1, share), undefined);
      assert.equal(intervalRanks(least, share)?.high, least);
    }
  });
});

describe('the interval of a quantile', () => {
  it('has the ranks in the tables for the median', () => {
    const ranks = [6, 10, 20, 25, 50, 100].map((n) => intervalRanks(n, 0.5));
    assert.deepEqual(
      ranks.map((interval) => [interval?.low, interval?.high]),
      [
        [1, 6],
        [2, 9],
        [6, 15],
        [8, 18],
        [18, 33],
        [40, 61],
      ],
    );
  });

  it('covers 95%, and would cover less if it were shorter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(...Object.values(quantileShares)), (n, share) => {
        const interval = intervalRanks(n, share);
        if (interval === undefined) {
          assert.ok(coverage(n, share, 1, n) < 0.95);
          return;
        }
        const { low, high } = interval;
        assert.ok(low >= 1 && low < high && high <= n);
        assert.ok(coverage(n, share, low, high) >= 0.95 - 1e-9);
        // Each end is as far in as its 2.5%, or what the other end leaves of the 5%, allow.
        const lowFits = coverage(n, share, 0, low + 1) <= 0.025 - 1e-9;
        const highFits = coverage(n, share, high - 1, n + 1) <= 0.025 - 1e-9;
        assert.ok(!lowFits || coverage(n, share, low + 1, high) < 0.95);
        assert.ok(!highFits || coverage(n, share, low, high - 1) < 0.95);
      }),
      { numRuns: 60 },
    );
  });

  it('has the width of the normal approximation with very many samples', () => {
    for (const n of [1e5, 1e6, 1e7]) {
      for (const share of Object.values(quantileShares)) {
        const interval = intervalRanks(n, share);
        const half = 1.959964 * Math.sqrt(n * share * (1 - share));
        assert.ok(interval !== undefined);
        assert.ok(Math.abs(interval.low - (n * share - half)) < 4 + half * 0.05);
        assert.ok(Math.abs(interval.high - (n * share + half)) < 4 + half * 0.05);
      }
    }
  });
});
