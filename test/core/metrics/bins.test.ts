import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { latencyBinsOf, stretchedBins } from '../../../src/core/metrics/bins.ts';
import { quantile, rankedSamples } from '../../../src/core/metrics/statistics/quantiles.ts';

function binsOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  return latencyBinsOf(rankedSamples(sorted), sorted[0]!, sorted.at(-1)!);
}

const told = (values: readonly number[]) => stretchedBins(binsOf(values).edgesMs);

describe('latency bins', () => {
  it('are equally wide, with round edges', () => {
    const bins = binsOf(Array.from({ length: 200 }, (_, index) => 1001 + index / 10));
    assert.equal(bins.edgesMs[0], 1001);
    assert.equal(bins.edgesMs.at(-1), 1021);
    assert.equal(bins.edgesMs[1], 1001.5);
    assert.deepEqual([...new Set(bins.counts)], [5]);
  });

  it("aren't squeezed by a single slow response", () => {
    const bins = binsOf([...Array.from({ length: 200 }, (_, index) => 1001 + index / 10), 30_000]);
    assert.equal(bins.edgesMs.at(-1), 30_000);
    assert.ok(bins.edgesMs.at(-2)! < 1022);
    assert.ok(bins.counts.filter((count) => count > 0).length > 30);
  });

  it('grow with the latency if it spans more than a factor of 20', () => {
    const flood = [
      ...Array.from({ length: 490 }, (_, index) => 4 + index / 100),
      ...Array.from({ length: 10 }, () => 1010),
    ];
    const { edgesMs, counts } = binsOf(flood);
    assert.ok(edgesMs.includes(4) && edgesMs.includes(10) && edgesMs.includes(100) && edgesMs.includes(1000));
    assert.equal(counts.at(-1), 10);
  });

  it('show by their edges which of them reach to an outlier', () => {
    const even = Array.from({ length: 200 }, (_, index) => 1001 + index / 10);
    const growing = Array.from({ length: 200 }, (_, index) => 1.04 ** index);
    assert.deepEqual(told(even), { first: false, last: false });
    assert.deepEqual(told([...even, 30_000]), { first: false, last: true });
    assert.deepEqual(told([3, ...even]), { first: true, last: false });
    assert.deepEqual(told([0, ...even.map((value) => value - 996)]), { first: false, last: false });
    assert.deepEqual(told(growing), { first: false, last: false });
    assert.deepEqual(told([0.01, ...growing, ...growing, 1e6]), { first: true, last: true });
    assert.deepEqual(told([0, ...growing, ...growing]), { first: true, last: false });
  });

  it('are called stretched only if an outlier is in them', () => {
    const values = fc.array(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, (list) => {
        const { first, last } = stretchedBins(binsOf(list).edgesMs);
        const sorted = list.toSorted((a, b) => a - b);
        const [min = 0, max = 0] = [sorted[0], sorted.at(-1)];
        const [p1 = 0, p99 = 0] = [0.01, 0.99].map((share) => quantile(rankedSamples(sorted), share) ?? 0);
        if (first) assert.ok(p1 - min > p99 - p1 || p1 > 10 * min);
        if (last) assert.ok(max - p99 > p99 - p1 || max > 10 * p99);
      }),
    );
  });

  it('work with one value, equal values, and zero', () => {
    for (const values of [[5], [5, 5, 5], [0, 0], [0, 1], [1e-4], [0, 0, 1000]]) {
      const { edgesMs, counts } = binsOf(values);
      assert.equal(edgesMs.length, counts.length + 1);
      assert.ok(edgesMs.every((edge) => Number.isFinite(edge)));
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        values.length,
      );
    }
  });

  it('count every value once, in about 40 bins with ascending edges', () => {
    const value = fc.oneof(
      fc.constant(0),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 1000, max: 1001, noNaN: true }),
    );
    const values = fc.array(value, { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, (list) => {
        const { edgesMs, counts } = binsOf(list);
        assert.ok(counts.length <= 45);
        assert.equal(edgesMs.length, counts.length + 1);
        for (const [index, edge] of edgesMs.entries()) assert.ok(index === 0 || edge > edgesMs[index - 1]!);
        for (const [bin, count] of counts.entries()) {
          const [low = 0, high = 0] = edgesMs.slice(bin);
          const last = bin === counts.length - 1;
          const inside = list.filter((value) => (bin === 0 || value >= low) && (value < high || last)).length;
          assert.equal(count, inside);
        }
      }),
    );
  });
});
