import assert from 'node:assert/strict';
import { array, assert as assertProperty, boolean, double, property, tuple } from 'fast-check';
import { precisionOf } from '../../../src/core/metrics/precision.ts';
import { countBelow, countValue, createHistogram, valueAt } from '../../../src/core/metrics/recorder/histogram.ts';
import { studentQuantile } from '../../../src/core/metrics/statistics/normal.ts';
import {
  addToTimeline,
  createTimeline,
  mergeTimelines,
  type TimelineTally,
} from '../../../src/core/metrics/timeline.ts';
import { time, timeCount } from '../../../src/core/metrics/times.ts';

const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 0, endMs: 0, status: 200, bytes: 0 };
const times = new Float64Array(timeCount);

function add(timeline: TimelineTally, endMs: number, latencyMs: number): void {
  times[time.latency] = latencyMs;
  times[time.end] = endMs;
  addToTimeline(timeline, sample, times, true, true);
}

/** A timeline with `perSlice` values in each of 40 slices of 50 ms. */
function timelineOf(perSlice: number, latencyMs: (slice: number, index: number) => number): TimelineTally {
  const timeline = createTimeline('latency');
  for (let slice = 0; slice < 40; slice += 1)
    for (let index = 0; index < perSlice; index += 1) add(timeline, slice * 50 + 1, latencyMs(slice, index));
  return timeline;
}

describe('precisionOf', () => {
  it('is exact for a constant rate, per second', () => {
    const found = precisionOf(
      timelineOf(10, () => 5),
      'rate',
      0,
      2_000,
      0.05,
    );
    assert.deepEqual(found, { value: 200, interval: [200, 200], share: 0, count: 400 });
  });

  it('uses the interval of overlapping batch means', () => {
    // Batches of two slices: means of 10 and 30 ms in turn add up to 20 ms in each of them.
    const even = precisionOf(
      timelineOf(10, (slice) => (slice % 2 === 0 ? 10 : 30)),
      'mean',
      0,
      2_000,
      0.05,
    );
    assert.deepEqual(even, { value: 20, interval: [20, 20], share: 0, count: 400 });
    // 39 windows of two slices deviate by 100, -100 … each in pairs of slices: 20 by 200, 19 by 0.
    const pairs = precisionOf(
      timelineOf(10, (slice) => (slice % 4 < 2 ? 10 : 30)),
      'mean',
      0,
      2_000,
      0.05,
    );
    const half = (studentQuantile(0.975, 28.5) * Math.sqrt((20 * 20 * 200 ** 2 * 40) / 39 / 38)) / 400;
    assert.equal(pairs?.value, 20);
    assert.ok(Math.abs((pairs?.interval[1] ?? 0) - 20 - half) < 1e-9);
  });

  it('is wider if slices differ than if the same values are mixed', () => {
    const mixed = precisionOf(
      timelineOf(20, (_, index) => 10 + index),
      { quantile: 0.5 },
      0,
      2_000,
      0.05,
    );
    const apart = precisionOf(
      timelineOf(20, (slice) => 10 + (slice % 20)),
      { quantile: 0.5 },
      0,
      2_000,
      0.05,
    );
    assert.ok(mixed !== null && apart !== null && apart.share > 3 * mixed.share);
  });

  it('ignores values before the start and incomplete slices', () => {
    const timeline = timelineOf(10, (slice) => (slice < 10 ? 1_000 : 5));
    assert.equal(precisionOf(timeline, 'mean', 500, 1_999, 0.05)?.count, 290);
    assert.equal(precisionOf(timeline, 'mean', 500, 1_999, 0.05)?.value, 5);
  });

  it('is null for few slices, few values, or few values beyond the quantile', () => {
    const timeline = timelineOf(10, () => 5);
    assert.equal(precisionOf(timeline, 'mean', 0, 950, 0.05), null);
    assert.equal(
      precisionOf(
        timelineOf(4, () => 5),
        'mean',
        0,
        2_000,
        0.05,
      ),
      null,
    );
    assert.notEqual(precisionOf(timeline, { quantile: 0.95 }, 0, 2_000, 0.05), null);
    assert.equal(precisionOf(timeline, { quantile: 0.99 }, 0, 2_000, 0.05), null);
  });

  it('is the same for one timeline and for the same requests in two event loops', () => {
    assertProperty(
      property(
        array(
          tuple(double({ min: 0, max: 1_999, noNaN: true }), double({ min: 0.01, max: 500, noNaN: true }), boolean()),
          { minLength: 400, maxLength: 600 },
        ),
        (events) => {
          const whole = createTimeline('latency');
          const loops = [createTimeline('latency'), createTimeline('latency')] as const;
          for (const [endMs, latencyMs, first] of events) {
            add(whole, endMs, latencyMs);
            add(loops[first ? 0 : 1], endMs, latencyMs);
          }
          for (const statistic of ['rate', { quantile: 0.5 }, { quantile: 0.95 }] as const)
            assert.deepEqual(
              precisionOf(mergeTimelines(loops), statistic, 0, 2_000, 0.05),
              precisionOf(whole, statistic, 0, 2_000, 0.05),
            );
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('valueAt and countBelow', () => {
  it('are the inverse of each other', () => {
    assertProperty(
      property(
        array(double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
        double({ min: 0.001, max: 0.999, noNaN: true }),
        (values, share) => {
          const histogram = createHistogram(7);
          values.forEach((_, index) => countValue(histogram, Float64Array.from(values), index));
          const position = share * values.length;
          assert.ok(Math.abs(countBelow(histogram, valueAt(histogram, position)) - position) < 1e-6);
        },
      ),
    );
  });
});

it('Student quantiles equal those in tables', () => {
  for (const [p, degrees, t] of [
    [0.975, 10, 2.2281],
    [0.975, 30, 2.0423],
    [0.98, 29, 2.1503],
    [0.95, 20, 1.7247],
  ] as const)
    assert.ok(Math.abs(studentQuantile(p, degrees) - t) < 1e-3);
});
