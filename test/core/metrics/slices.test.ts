import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { timelineEndMs } from '../../../src/core/metrics/timeline.ts';
import type { Summary, Timeline } from '../../../src/core/metrics/types.ts';
import { perS, rateSlices, slices } from '../../../src/core/metrics/slices.ts';
import { sampleOf, summaryOf } from './samples.ts';

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Requests that end at these times, each sent so long before. */
const run = (endsMs: readonly number[], latencyMs: number): Summary =>
  summaryOf(endsMs.map((endMs) => sampleOf(latencyMs, { sentMs: endMs - latencyMs })));

describe('time slices for charts', () => {
  it('cover the whole run, with every response, even if its first request was late', () => {
    // First sent at 138 ms, last end at 524 ms.
    const endsMs = [148, ...Array.from({ length: 27 }, (_, i) => 160 + 13 * i), 524];
    const summary = run(endsMs, 10);
    const { timeline, totalMs, responses } = summary;
    assert.deepEqual([totalMs, timeline.endMs, timeline.widthMs, responses], [386, 524, 50, 29]);
    const all = slices(timeline, timelineEndMs(summary));
    assert.equal(sum(all.map((slice) => slice.responses)), 29);
    assert.deepEqual(all.at(-1), {
      fromMs: 500,
      widthMs: 24,
      responses: 1,
      failures: 0,
      outputTokens: 0,
      medianMs: 10,
      p95Ms: 10,
    });
  });

  it('have rates over the time that the last slice covers', () => {
    const summary = run([10, 40, 60, 99, 110, 120], 10);
    const last = rateSlices(summary.timeline, timelineEndMs(summary)).at(-1)!;
    assert.deepEqual([last.fromMs, last.widthMs, last.responses, perS(last.responses, last)], [100, 20, 2, 100]);
  });

  it('merge a last slice that is too short for a rate with the one before', () => {
    const summary = run([10, 40, 60, 99, 110], 10);
    const merged = rateSlices(summary.timeline, timelineEndMs(summary));
    assert.deepEqual(
      merged.map(({ fromMs, widthMs, responses }) => [fromMs, widthMs, responses]),
      [
        [0, 50, 2],
        [50, 60, 3],
      ],
    );
    assert.equal(perS(merged[1]!.responses, merged[1]!), 50);
    assert.equal(slices(summary.timeline, 110).length, 3);
    assert.deepEqual(
      rateSlices(run([5], 1).timeline, 5).map(({ widthMs, responses }) => [widthMs, responses]),
      [[5, 1]],
    );
  });

  it('contain all responses, failures, and tokens of any run', () => {
    const ends = fc.array(fc.double({ min: 1, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(ends, fc.double({ min: 0.1, max: 900, noNaN: true }), (endsMs, latencyMs) => {
        const summary = summaryOf(
          endsMs.map((endMs, i) => sampleOf(latencyMs, { sentMs: endMs, status: i % 3 === 0 ? 429 : 200 })),
        );
        const endMs = timelineEndMs(summary);
        for (const part of [slices(summary.timeline, endMs), rateSlices(summary.timeline, endMs)]) {
          assert.equal(sum(part.map(({ responses }) => responses)), summary.responses);
          assert.equal(sum(part.map(({ failures }) => failures)), summary.requestsSent - summary.successes);
          const { fromMs, widthMs } = part.at(-1)!;
          assert.ok(Math.abs(fromMs + widthMs - endMs) < 1e-6);
        }
      }),
    );
  });

  it('of an older record end at its total time, or with the last slice if that is later', () => {
    const timeline: Timeline = {
      widthMs: 50,
      responses: [1, 1, 1],
      failures: [0, 0, 0],
      medianMs: [1, 1, 1],
      p95Ms: [1, 1, 1],
    };
    assert.equal(timelineEndMs({ timeline, totalMs: 130 }), 130);
    assert.equal(timelineEndMs({ timeline, totalMs: 60 }), 150);
  });
});
