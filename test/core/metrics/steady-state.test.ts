import assert from 'node:assert/strict';
import { createSectionRecorder, withoutTransient } from '../../../src/core/metrics/recorder/sections.ts';
import { createRecorder } from '../../../src/core/metrics/recorder/recorder.ts';
import { steadyStateOf } from '../../../src/core/metrics/steady-state.ts';
import type { Timeline } from '../../../src/core/metrics/types.ts';

const slices = (
  latency: (i: number) => number,
  responses: (i: number) => number = () => 100,
  count = 40,
): Timeline => ({
  widthMs: 100,
  responses: Array.from({ length: count }, (_, i) => responses(i)),
  failures: Array.from({ length: count }, () => 0),
  medianMs: Array.from({ length: count }, (_, i) => latency(i)),
  p95Ms: Array.from({ length: count }, (_, i) => latency(i)),
});

describe('steadyStateOf', () => {
  it('finds the end of slow slices at the start', () => {
    assert.deepEqual(
      steadyStateOf(
        slices((i) => (i < 6 ? 80 - 5 * i : 20 + (i % 3))),
        4_000,
      ),
      {
        transientMs: 600,
        settled: true,
      },
    );
  });

  it('uses the longer transient of throughput and latency', () => {
    const timeline = slices(
      (i) => (i < 2 ? 80 : 20),
      (i) => (i < 9 ? 10 * i : 100),
    );
    assert.deepEqual(steadyStateOf(timeline, 4_000), { transientMs: 900, settled: true });
  });

  it('finds no transient in a steady run', () => {
    assert.deepEqual(
      steadyStateOf(
        slices(() => 20),
        4_000,
      ),
      { transientMs: 0, settled: true },
    );
  });

  it('reports what drifts, and by how much', () => {
    const found = steadyStateOf(
      slices((i) => 20 + i),
      4_000,
    );
    assert.equal(found.settled, false);
    assert.equal(found.transientMs, 0);
    assert.equal(found.drift?.of, 'latency');
    // From 40 to 59 ms, with a mean of 49.5 ms.
    assert.ok(Math.abs((found.drift?.share ?? 0) - 20 / 49.5) < 1e-9);
  });

  it('ignores a drift of less than 5%', () => {
    assert.equal(
      steadyStateOf(
        slices((i) => 1_000 + i),
        4_000,
      ).settled,
      true,
    );
  });

  it('ignores slices in which the last requests drain', () => {
    const timeline = slices(
      () => 20,
      (i) => (i < 30 ? 100 : 40 - i),
    );
    assert.equal(steadyStateOf(timeline, 3_000).settled, true);
  });

  it("doesn't judge fewer than 20 slices", () => {
    assert.deepEqual(
      steadyStateOf(
        slices(() => 20, undefined, 19),
        1_900,
      ),
      { transientMs: 0, settled: null },
    );
  });
});

describe('withoutTransient', () => {
  const options = { targetNames: ['a'], latencyLimitMs: [] };
  const record = (ends: readonly number[]) => {
    const whole = createRecorder(options);
    const sections = createSectionRecorder(options);
    for (const endMs of ends) {
      const sample = {
        target: 0,
        scheduledMs: endMs - 10,
        sentMs: endMs - 10,
        headersMs: endMs,
        endMs,
        status: 200,
        bytes: 1,
      };
      whole.add(sample);
      sections.add(sample, whole.state().exact);
    }
    return { whole: whole.state(), sections: sections.sections() };
  };

  it('keeps exactly the requests that end after the transient', () => {
    const { whole, sections } = record([50, 150, 250, 350, 450]);
    const { state, fromMs } = withoutTransient(whole, [sections], 150);
    assert.equal(fromMs, 200);
    assert.equal(state.run.requests, 3);
    assert.equal(state.clock.firstSentMs, 200);
    assert.equal(state.clock.lastEndMs, 450);
  });

  it('finds a common limit for event loops whose sections differ in width', () => {
    const long = record(Array.from({ length: 1_000 }, (_, i) => 10 * i + 5));
    const short = record([150, 950, 9_000]);
    assert.equal(long.sections.widthMs, 400);
    const { state, fromMs } = withoutTransient(long.whole, [long.sections, short.sections], 500);
    assert.equal(fromMs, 800);
    assert.equal(state.run.requests, 920 + 2);
  });
});
