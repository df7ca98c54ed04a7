import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createRecorder } from '../../../../src/core/metrics/recorder/recorder.ts';
import { mergeStates } from '../../../../src/core/metrics/recorder/recorder-state.ts';
import { summaryOf } from '../../../../src/core/metrics/summary.ts';
import { createRankTable } from '../../../../src/core/metrics/recorder/tally.ts';
import { detailOf, targetDetail } from '../../../../src/core/metrics/recorder/target-detail.ts';
import { targetRows } from '../../../../src/core/metrics/recorder/target-rows.ts';
import type { Numbers } from '../../../../src/core/metrics/types.ts';
import { anyParts, near, recorderOptions, sampleOf } from '../samples.ts';

const objective = { metric: 'p95', operator: '<', value: 1, text: 'p95 < 1ms' } as const;
const targetOf = (weight: number, judged = false) => ({ weight, objectives: judged ? [objective] : [] });

/** What counts alone can tell. */
const counted = ({
  requestsSent,
  responses,
  successes,
  statusCodes,
  errors,
  bytesReceived,
  outputTokens,
}: Numbers) => ({
  requestsSent,
  responses,
  successes,
  statusCodes,
  errors,
  bytesReceived,
  outputTokens,
});
const assertMoments = (actual: Numbers['latencyMs'], expected: Numbers['latencyMs']): void => {
  assert.deepEqual([actual.count, actual.min, actual.max], [expected.count, expected.min, expected.max]);
  assert.ok(actual.mean === expected.mean || near(actual.mean ?? 0, expected.mean ?? 0), 'mean');
  assert.ok(Math.abs((actual.stdev ?? 0) - (expected.stdev ?? 0)) < 1e-6 * (1 + (expected.stdev ?? 0)), 'stdev');
};

describe('the targets of a large file', () => {
  it('have percentiles if they have objectives, large weights, or come first', () => {
    const targets = Array.from({ length: 60 }, (_, i) => targetOf(i === 50 ? 3 : 1, i === 40));
    assert.equal(detailOf(targets, 60), undefined);
    const detail = detailOf(targets, 30);
    const kept = [...(detail ?? [])].flatMap((level, target) => (level === targetDetail.counts ? [] : [target]));
    assert.deepEqual(kept, [...Array.from({ length: 28 }, (_, i) => i), 40, 50]);
    assert.equal(detail?.[40], targetDetail.row);
  });

  it('have the same counts, means, and extremes as other targets, with one recorder or several', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const options = recorderOptions(1_000);
        const flat = { ...options, detail: new Uint8Array(options.targetNames.length) };
        const plain = createRecorder(options);
        const one = createRecorder(flat);
        const several = Array.from({ length: 4 }, () => createRecorder(flat));
        for (const { sample, recorder } of parts) {
          plain.add(sample);
          one.add(sample);
          several[recorder]?.add(sample);
        }
        const expected = plain.summary({ requestsCancelled: 0 }).perTarget;
        const merged = mergeStates(several.map((recorder) => structuredClone(recorder.state())));
        for (const actual of [
          one.summary({ requestsCancelled: 0 }).perTarget,
          summaryOf(merged, flat, { requestsCancelled: 0 }).perTarget,
        ]) {
          assert.deepEqual(
            actual.map(({ name }) => name),
            expected.map(({ name }) => name),
          );
          for (const [i, row] of actual.entries()) {
            const wanted = expected[i];
            assert.ok(wanted);
            assert.deepEqual(counted(row), counted(wanted));
            assertMoments(row.latencyMs, wanted.latencyMs);
            assertMoments(row.successLatencyMs, wanted.successLatencyMs);
            assert.deepEqual(
              [row.latencyMs.median, row.latencyMs.p99, row.latencyMs.interval95.median],
              [null, null, null],
            );
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('have their own histogram and timeline if there are few', () => {
    const targetNames = ['a', 'b', 'c'];
    const recorder = createRecorder({ targetNames, latencyLimitMs: [] });
    for (let i = 0; i < 60; i++)
      recorder.add(
        sampleOf(i % 2 === 0 ? 10 : 400, { target: i % 2, endMs: 40 * i, sentMs: 40 * i - (i % 2 === 0 ? 10 : 400) }),
      );
    recorder.add(sampleOf(10, { target: 0, status: 500, endMs: 2_400, sentMs: 2_390 }));
    const { perTarget, timeline } = recorder.summary({ requestsCancelled: 0 });
    assert.deepEqual(
      perTarget.map((target) => target.timeline?.responses.reduce((sum, count) => sum + count)),
      [31, 30],
    );
    assert.equal(
      timeline.responses.reduce((sum, count) => sum + count),
      61,
    );
    assert.equal(perTarget[0]?.timeline?.failures.at(-1), 1);
    assert.deepEqual(
      perTarget[0]?.latencyBins?.counts.reduce((sum, count) => sum + count),
      31,
    );
    for (const [index, ms] of [10, 400].entries())
      for (const median of perTarget[index]?.timeline?.medianMs ?? [])
        assert.ok(median === null || Math.abs(median - ms) <= 0.008 * ms, String(median));
    assert.equal(perTarget[0]?.timeline?.outputTokens, undefined);
  });

  it('have none of their own in a run with one target or many', () => {
    for (const targetNames of [['a'], ['a', 'b', 'c', 'd', 'e', 'f']]) {
      const recorder = createRecorder({ targetNames, latencyLimitMs: [] });
      recorder.add(sampleOf(10));
      const [target] = recorder.summary({ requestsCancelled: 0 }).perTarget;
      assert.deepEqual([target?.timeline, target?.latencyBins], [undefined, undefined]);
    }
  });

  it('have rows if they failed, were slow, or had many requests; the rest is summed up', () => {
    const targetNames = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const detail = new Uint8Array(100).fill(targetDetail.quantiles, 0, 10);
    detail[3] = targetDetail.row;
    const options = { targetNames, latencyLimitMs: [], detail, mostRows: 4 };
    const recorder = createRecorder(options);
    for (let target = 0; target < 99; target++) recorder.add(sampleOf(10, { target }));
    recorder.add(sampleOf(20, { target: 60, status: 500 }));
    recorder.add(sampleOf(900, { target: 70 }));
    for (let i = 0; i < 5; i++) recorder.add(sampleOf(10, { target: 80 }));
    const { perTarget, otherTargets } = targetRows(recorder.state(), options, 1_000, createRankTable());
    assert.deepEqual(
      perTarget.map(({ name }) => name),
      ['t3', 't60', 't70', 't80'],
    );
    assert.equal(perTarget[0]?.latencyMs.median, 10);
    assert.equal(perTarget[1]?.latencyMs.median, null);
    assert.deepEqual(perTarget[1]?.statusCodes, { 200: 1, 500: 1 });
    assert.equal(otherTargets?.targets, 95);
    assert.equal(otherTargets.requestsSent, 95);
    assert.deepEqual(otherTargets.statusCodes, { 200: 95 });
    assert.deepEqual(
      [otherTargets.latencyMs.min, otherTargets.latencyMs.mean, otherTargets.latencyMs.max],
      [10, 10, 10],
    );
    assert.equal(otherTargets.latencyMs.median, null);
    assert.equal(otherTargets.throughputPerS, 95);
  });
});
