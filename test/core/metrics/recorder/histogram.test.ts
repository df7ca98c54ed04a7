import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Int32Histogram } from 'hdr-histogram-js';
import {
  addCounts,
  countValue,
  createHistogram,
  rankedCounts,
  threeDigits,
} from '../../../../src/core/metrics/recorder/histogram.ts';

function histogramOf(values: readonly number[], bits = threeDigits) {
  const histogram = createHistogram(bits);
  const array = Float64Array.from(values);
  for (let index = 0; index < array.length; index++) countValue(histogram, array, index);
  return histogram;
}

const nanos = fc.array(fc.integer({ min: 1, max: 2 ** 45 }), { minLength: 1, maxLength: 200 });

function ms(values: readonly number[]): number[] {
  return values.map((value) => value / 1e6);
}

describe('the histogram', () => {
  it('uses the buckets of HdrHistogram', () => {
    fc.assert(
      fc.property(nanos, (values) => {
        const peer = new Int32Histogram(1, 2 ** 46, 3);
        for (const value of values) peer.recordValue(value);
        const ours = rankedCounts(histogramOf(values.map((value) => value / 1e6)), 0, Infinity);
        assert.equal(ours.count, values.length);
        for (let rank = 2; rank < values.length; rank++) {
          const highest = peer.getValueAtPercentile((rank / values.length) * 100);
          const lowest = peer.lowestEquivalentValue(highest);
          const middle = ours.at(rank) * 1e6;
          assert.ok(middle >= lowest - 1e-3 && middle <= highest + 1e-3, `${String(middle)} in ${String(lowest)}`);
        }
      }),
    );
  });

  it('is off by at most 0.05% of a value, and never outside the extremes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 3e6, noNaN: true }), { minLength: 1 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const ranked = rankedCounts(histogramOf(values), sorted[0]!, sorted.at(-1)!);
        for (const [index, value] of sorted.entries()) {
          const shown = ranked.at(index + 1);
          assert.ok(Math.abs(shown - value) <= value * 0.0005);
          assert.ok(shown >= sorted[0]! && shown <= sorted.at(-1)!);
        }
      }),
    );
  });

  it('tolerates zero, negative, and very large values', () => {
    const ranked = rankedCounts(histogramOf([0, -5, 1e300]), -5, 1e300);
    assert.equal(ranked.count, 3);
    assert.equal(ranked.at(2), 0);
    assert.equal(rankedCounts(histogramOf([]), Infinity, -Infinity).count, 0);
  });

  it('is the same after a merge as if it had counted all values', () => {
    fc.assert(
      fc.property(nanos, nanos, fc.constantFrom(6, 10), (a, b, bits) => {
        const merged = histogramOf(ms(a), bits);
        addCounts(merged, histogramOf(ms(b), bits));
        const pages = (histogram: typeof merged) => histogram.pages.map((page) => page ?? null);
        assert.deepEqual(pages(merged), pages(histogramOf(ms([...a, ...b]), bits)));
      }),
    );
  });
});
