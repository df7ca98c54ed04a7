import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { naiveQuantile, near, sampleOf, summaryOf } from './samples.ts';

/** Width and number of slices for this many responses, evenly over 6 s. */
function slicesOf(count: number): number[] {
  const { timeline } = summaryOf(
    Array.from({ length: count }, (_, i) => sampleOf(1, { sentMs: (5_999 * i) / (count - 1) - 1 })),
  );
  return [timeline.widthMs, timeline.responses.length];
}

describe('the timeline', () => {
  it('starts with slices of 50 ms', () => {
    const { timeline } = summaryOf([
      sampleOf(10, { sentMs: 0 }),
      sampleOf(20, { sentMs: 100 }),
      sampleOf(5, { sentMs: 100, status: 429 }),
      sampleOf(7, { sentMs: 100, status: 0, error: 'reset' }),
    ]);
    assert.deepEqual(timeline, {
      widthMs: 50,
      endMs: 120,
      responses: [1, 0, 2],
      failures: [0, 0, 2],
      medianMs: [10, null, timeline.medianMs[2]],
      p95Ms: [10, null, timeline.p95Ms[2]],
    });
    assert.ok(near(timeline.medianMs[2]!, 12.5, 0.01));
  });

  it("has at most 120 slices, and doubles their width when they're full", () => {
    for (const [lastMs, widthMs] of [
      [5_999, 50],
      [6_000, 100],
      [60_000, 800],
      [3_600_000, 51_200],
    ] as const) {
      const evenly = Array.from({ length: 2_400 }, (_, i) => sampleOf(1, { sentMs: (lastMs * i) / 2_399 - 1 }));
      const { timeline } = summaryOf(evenly);
      assert.equal(timeline.widthMs, widthMs);
      assert.ok(timeline.responses.length <= 120 && timeline.responses.length > 59);
    }
  });

  it('shows few responses in fewer slices, but at least ten', () => {
    assert.deepEqual(slicesOf(2_400), [50, 120]);
    assert.deepEqual(slicesOf(2_300), [100, 60]);
    assert.deepEqual(slicesOf(500), [400, 15]);
    assert.deepEqual(slicesOf(2), [400, 15]);
  });

  it('keeps sums, p50, and p95 when slices are merged', () => {
    const samples = fc.array(
      fc.record({
        latency: fc.double({ min: 0.1, max: 900, noNaN: true }),
        endMs: fc.double({ min: 1000, max: 100_000, noNaN: true }),
      }),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(samples, (ends) => {
        const { timeline } = summaryOf(
          ends.map(({ latency, endMs }) => sampleOf(latency, { sentMs: endMs - latency })),
        );
        for (const [slice, count] of timeline.responses.entries()) {
          const inside = ends
            .map(({ latency, endMs }) => ({ latency: endMs - (endMs - latency), end: endMs - latency + latency }))
            .filter(({ end }) => Math.floor(end / timeline.widthMs) === slice)
            .map(({ latency }) => latency);
          assert.equal(count, inside.length);
          if (inside.length === 0) assert.equal(timeline.medianMs[slice], null);
          else {
            assert.ok(near(timeline.medianMs[slice]!, naiveQuantile(inside, 0.5), 0.009));
            assert.ok(near(timeline.p95Ms[slice]!, naiveQuantile(inside, 0.95), 0.009));
          }
        }
      }),
    );
  });
});
