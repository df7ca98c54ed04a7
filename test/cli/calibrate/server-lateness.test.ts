import assert from 'node:assert/strict';
import { countedSince, quantileMs, readBuckets } from '../../../src/cli/calibrate/server-lateness.ts';
import { createLateness } from '../../../src/servers/mock/lateness.ts';
import { renderMetrics } from '../../../src/servers/prometheus.ts';

const bucketsOf = (...values: readonly number[]): ReturnType<typeof readBuckets> => {
  const lateness = createLateness();
  for (const value of values) lateness.add(value);
  return readBuckets(renderMetrics([lateness.family('x', 'X.')]), 'x');
};
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

describe("the server's delay", () => {
  it('is read from Prometheus text', () => {
    const text = 'a_bucket{le="0.1"} 1\nx_bucket{le="-0.5"} 2\nx_bucket{le="+Inf"} 3\nx_sum 3\n';
    assert.deepEqual(readBuckets(text, 'x'), [
      [-0.5, 2],
      [Infinity, 3],
    ]);
    assert.deepEqual(readBuckets(text, 'y'), []);
  });

  it('is counted between two readings', () => {
    assert.equal(countedSince(bucketsOf(1, 1), bucketsOf(1, 1, 3)).at(-1)?.[1], 1);
    near(quantileMs(countedSince(bucketsOf(500), bucketsOf(500, 3)), 1), 3);
  });

  it('has quantiles inside a bucket, on both sides of zero', () => {
    near(quantileMs(bucketsOf(2.5, 2.5), 0.5), 2.5);
    near(quantileMs(bucketsOf(2.5, 2.5), 1), 3);
    near(quantileMs(bucketsOf(-2.5, -2.5), 0.5), -2.5);
    near(quantileMs(bucketsOf(0.012, 0.012, 0.012, 40), 1), 50);
    near(quantileMs(bucketsOf(0.012, 0.012, 0.012, 40), 0.75), 0.015);
    near(quantileMs(bucketsOf(1e9), 0.5), 7000);
    assert.ok(Number.isNaN(quantileMs(bucketsOf(), 0.5)));
  });
});
