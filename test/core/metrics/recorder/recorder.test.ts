import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createRecorder } from '../../../../src/core/metrics/recorder/recorder.ts';
import { outputPerResponse } from '../../../../src/core/report/tables/stream-tables.ts';
import { quantileNames, type Numbers, type Sample } from '../../../../src/core/metrics/types.ts';
import { quantileShares } from '../../../../src/core/metrics/statistics/quantiles.ts';
import { anySample, naiveQuantile, near, sampleOf, summaryOf } from '../samples.ts';

const run = fc.array(anySample, { minLength: 1, maxLength: 150 });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** For JSON.stringify: what differs by the order of additions alone is equal. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value;
}

/** What must not depend on the order of samples. */
function orderless(samples: readonly Sample[]): string {
  const { latencyMs, totalMs, timeline, latencyBins, statusCodes, outputTokens, perTarget } = summaryOf(samples);
  const { mean, median, p99, interval95 } = latencyMs;
  const targets = perTarget.map(({ name, latencyMs: of }) => ({ name, median: of.median, p95: of.p95 }));
  return JSON.stringify(
    { mean, median, p99, interval95, totalMs, timeline, latencyBins, statusCodes, outputTokens, targets },
    rounded,
  );
}

describe('the recorder', () => {
  it('has no numbers and no NaN without samples', () => {
    const summary = summaryOf([]);
    assert.equal(summary.requestsSent, 0);
    assert.equal(summary.successRatio, null);
    assert.equal(summary.throughputPerS, null);
    assert.equal(summary.latencyMs.median, null);
    assert.equal(summary.latencyMs.stdev, null);
    assert.equal(summary.totalMs, 0);
    assert.deepEqual(summary.perTarget, []);
    assert.deepEqual(summary.latencyBins, { edgesMs: [], counts: [] });
    assert.ok(!JSON.stringify(summary).includes('NaN'));
    assert.equal(JSON.stringify(summary), JSON.stringify(JSON.parse(JSON.stringify(summary))));
  });

  it('computes the figures by their definitions', () => {
    const summary = summaryOf([
      sampleOf(100, { sentMs: 10, scheduledMs: 8, outputTokens: 3 }),
      sampleOf(200, { sentMs: 20, scheduledMs: 20, outputTokens: 5 }),
      sampleOf(5, { sentMs: 30, scheduledMs: 29, status: 429 }),
      sampleOf(1000, { sentMs: 40, status: 0, headersMs: Number.NaN, error: 'timeout', bytes: 0 }),
    ]);
    assert.equal(summary.totalMs, 1030);
    assert.equal(summary.rateMs, 210);
    assert.equal(summary.requestsSent, 4);
    assert.equal(summary.responses, 3);
    assert.equal(summary.successes, 2);
    assert.equal(summary.successRatio, 0.5);
    assert.deepEqual(summary.statusCodes, { '200': 2, '429': 1 });
    assert.deepEqual(summary.errors, { timeout: 1 });
    assert.equal(summary.throughputPerS, 3 / 0.21);
    assert.equal(summary.successThroughputPerS, 2 / 0.21);
    assert.equal(summary.latencyMs.median, 100);
    assert.equal(summary.successLatencyMs.median, 150);
    assert.equal(summary.successLatencyMs.stdev, Math.sqrt(5000));
    assert.equal(summary.ttfbMs.median, 50);
    assert.equal(summary.responseTimeMs.median, 102);
    assert.equal(summary.scheduleLagMs.count, 4);
    assert.equal(summary.scheduleLagMs.max, 2);
    assert.equal(summary.outputTokens, 8);
    assert.equal(summary.avgOutputTokens, 8 / 3);
    assert.equal(summary.tokenResponses, 2);
    assert.equal(outputPerResponse(summary), 4);
    const { tokenResponses: _, ...older } = summary;
    assert.equal(outputPerResponse(older), 8 / 3);
    assert.equal(summary.outputTokensPerS, 8 / 0.21);
    assert.equal(summary.tokenSource, 'output_tokens');
    assert.equal(summary.bytesReceived, 30);
    assert.equal(summary.percentileMethod, 'linear-interpolation');
    assert.equal(summary.goodputPerS, null);
    assert.equal(summary.sloAttainment, null);
  });

  it('counts successes within the limits of their target as goodput', () => {
    const samples = [
      sampleOf(100),
      sampleOf(101),
      sampleOf(50, { status: 500 }),
      sampleOf(50, { error: 'reset', status: 0 }),
      sampleOf(900, { target: 1 }),
    ];
    const summary = summaryOf(samples, { latencyLimitMs: [100, undefined] });
    assert.equal(summary.sloAttainment, 2 / 5);
    assert.equal(summary.goodputPerS, 2 / 0.9);
  });

  it('measures the response time limit of goodput from the scheduled time', () => {
    const samples = [
      sampleOf(100, { sentMs: 50, scheduledMs: 0 }),
      sampleOf(100, { sentMs: 51, scheduledMs: 0 }),
      sampleOf(10, { scheduledMs: 0, status: 500 }),
      sampleOf(900, { target: 1 }),
    ];
    const summary = summaryOf(samples, { latencyLimitMs: [], otherLimitsMs: [{ response: 150 }, undefined] });
    assert.equal(summary.sloAttainment, 2 / 4);
    assert.equal(summary.goodputPerS, 2 / 0.9);
  });

  it('has sums that add up', () => {
    fc.assert(
      fc.property(run, (samples) => {
        const summary = summaryOf(samples);
        assert.equal(summary.requestsSent, samples.length);
        const parts: readonly Numbers[] = [summary, ...summary.perTarget];
        for (const part of parts) {
          assert.equal(part.requestsSent, part.responses + sum(Object.values(part.errors)));
          assert.equal(part.responses, sum(Object.values(part.statusCodes)));
          assert.equal(part.latencyMs.count, part.responses);
          assert.equal(part.successLatencyMs.count, part.successes);
        }
        const total = (of: (numbers: Numbers) => number): number => sum(summary.perTarget.map(of));
        assert.equal(
          total((t) => t.requestsSent),
          summary.requestsSent,
        );
        assert.equal(
          total((t) => t.responses),
          summary.responses,
        );
        assert.equal(
          total((t) => t.successes),
          summary.successes,
        );
        assert.equal(
          total((t) => t.bytesReceived),
          summary.bytesReceived,
        );
        assert.equal(
          total((t) => t.outputTokens),
          summary.outputTokens,
        );
        assert.equal(sum(summary.timeline.responses), summary.responses);
        assert.equal(sum(summary.timeline.failures), summary.requestsSent - summary.successes);
        assert.equal(sum(summary.latencyBins.counts), summary.responses);
      }),
    );
  });

  it('has the quantiles of the raw samples', () => {
    fc.assert(
      fc.property(run, (samples) => {
        const summary = summaryOf(samples);
        const answered = samples.filter(({ error }) => error === undefined);
        const latencies = answered.map(({ sentMs, endMs }) => endMs - sentMs);
        if (latencies.length === 0) return;
        for (const name of quantileNames) {
          assert.ok(near(summary.latencyMs[name], naiveQuantile(latencies, quantileShares[name])));
        }
        assert.ok(near(summary.latencyMs.mean, sum(latencies) / latencies.length));
        assert.equal(summary.latencyMs.max, Math.max(...latencies));
      }),
    );
  });

  it("doesn't depend on the order of samples", () => {
    fc.assert(
      fc.property(run, fc.infiniteStream(fc.nat()), (samples, keys) => {
        const keyed = samples.map((value) => ({ value, key: keys.next().value ?? 0 }));
        const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
        assert.equal(orderless(shuffled), orderless(samples));
      }),
    );
  });

  it('stays within 0.1% when it switches to the histogram, and reports the method', () => {
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 20, maxLength: 150 }), (samples) => {
        const exact = summaryOf(samples);
        const rough = summaryOf(samples, { maxRawSamples: 10 });
        assert.equal(rough.percentileMethod, 'hdr-histogram');
        for (const metric of ['latencyMs', 'successLatencyMs', 'ttfbMs', 'responseTimeMs'] as const) {
          for (const name of quantileNames) {
            if (exact[metric][name] === null) assert.equal(rough[metric][name], null);
            else assert.ok(near(rough[metric][name], exact[metric][name], 0.001));
            const [low, high] = exact[metric].interval95[name] ?? [];
            assert.ok(low === undefined || near(rough[metric].interval95[name]?.[0] ?? null, low, 0.001));
            assert.ok(high === undefined || near(rough[metric].interval95[name]?.[1] ?? null, high, 0.001));
          }
          assert.ok(exact[metric].mean === null || near(rough[metric].mean, exact[metric].mean, 1e-9));
          assert.equal(rough[metric].max, exact[metric].max);
          assert.equal(rough[metric].min, exact[metric].min);
        }
        assert.deepEqual(rough.statusCodes, exact.statusCodes);
        assert.equal(rough.totalMs, exact.totalMs);
      }),
    );
  });

  it('switches a target with many samples to a histogram, too', () => {
    const samples = Array.from({ length: 5000 }, (_, index) =>
      sampleOf(10 + (index % 997) / 10, { target: index % 2 }),
    );
    const exact = summaryOf(samples);
    const rough = summaryOf(samples, { maxRawSamples: 100 });
    for (const [index, target] of rough.perTarget.entries()) {
      assert.equal(target.latencyMs.count, 2500);
      assert.ok(near(target.latencyMs.p95, exact.perTarget[index]!.latencyMs.p95!, 0.001));
    }
  });

  it('has live numbers and intervals within 0.1% of the final ones, without rows', () => {
    const recorder = createRecorder({ targetNames: ['a'], latencyLimitMs: [undefined] });
    for (let index = 0; index < 1000; index++) recorder.add(sampleOf(100 + (index % 91), { sentMs: index }));
    const live = recorder.liveSummary();
    const final = recorder.summary({ requestsCancelled: 3 });
    assert.ok(near(live.latencyMs.p95, final.latencyMs.p95!, 0.001));
    assert.equal(live.responses, final.responses);
    const [low, high] = final.latencyMs.interval95.median!;
    assert.ok(near(live.latencyMs.interval95.median![0], low, 0.001));
    assert.ok(near(live.latencyMs.interval95.median![1], high, 0.001));
    assert.equal(live.latencyMs.interval95.p999, null);
    assert.deepEqual(live.perTarget, []);
    assert.equal(final.requestsCancelled, 3);
    assert.equal(final.perTarget.length, 1);
  });

  it('adds up the time of all requests, including failed ones', () => {
    const recorder = createRecorder({ targetNames: ['a'], latencyLimitMs: [] });
    recorder.add(sampleOf(100));
    recorder.add(sampleOf(50, { error: 'reset', status: 0 }));
    assert.equal(recorder.requestTimeMs(), 150);
  });

  it('names targets with a request in file order, out of very many', () => {
    const targetNames = Array.from({ length: 100_000 }, (_, index) => `t${String(index)}`);
    const recorder = createRecorder({ targetNames, latencyLimitMs: [] });
    for (const target of [99_999, 5, 70_000, 5]) recorder.add(sampleOf(10, { target }));
    const names = recorder
      .summary({ requestsCancelled: 0 })
      .perTarget.map(({ name, requestsSent }) => [name, requestsSent]);
    assert.deepEqual(names, [
      ['t5', 2],
      ['t70000', 1],
      ['t99999', 1],
    ]);
  });
});
