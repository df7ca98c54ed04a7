import assert from 'node:assert/strict';
import { createRecorder } from '../../../../src/core/metrics/recorder/recorder.ts';
import { mergeStates } from '../../../../src/core/metrics/recorder/recorder-state.ts';
import { summaryOf as numbersOf } from '../../../../src/core/metrics/summary.ts';
import { fitSentence } from '../../../../src/core/report/words/llm/ttft-by-input.ts';
import type { Sample } from '../../../../src/core/metrics/types.ts';
import { near, recorderOptions, sampleOf, streamOf, summaryOf } from '../samples.ts';

/** Streams whose TTFT is 40 ms and 0.2 ms per input token. */
const streams = (count: number, changes: (index: number) => Partial<Sample> = () => ({})): Sample[] =>
  Array.from({ length: count }, (_, index) => {
    const inputTokens = 100 + 10 * (index % 50);
    const ttftMs = 40 + 0.2 * inputTokens + (index % 2);
    return streamOf([ttftMs, ttftMs + 10], { inputTokens, sentMs: index * 10, ...changes(index) });
  });

/** Delay of a slow start, and then of one stream in 20, ms. */
const delayOf = (index: number): number => (index < 8 ? 3_000 : index % 20 === 7 ? 6_000 : 0);

describe('TTFT against input tokens', () => {
  it('is a line with its slope, intercept, and prefill speed', () => {
    const { ttftByInput } = summaryOf(streams(100));
    assert.ok(ttftByInput?.fit !== undefined && ttftByInput.noFit === undefined);
    const { fit, points } = ttftByInput;
    assert.ok(near(fit.msPer1000Tokens, 200, 0.01) && near(fit.interceptMs, 40.5, 0.02) && fit.r2 > 0.999);
    assert.ok(fit.interval95[0] < 200.5 && fit.interval95[1] > 199.5 && fit.interval95[1] - fit.interval95[0] < 2);
    assert.equal(fit.prefillTokensPerS, 1e6 / fit.msPer1000Tokens);
    assert.deepEqual([ttftByInput.streams, ttftByInput.minTokens, ttftByInput.maxTokens], [100, 100, 590]);
    assert.deepEqual([points.length, points[1]], [100, [110, 63]]);
    assert.equal(ttftByInput.uncached, false);
  });

  it('excludes cached tokens if responses report them', () => {
    const cached = streams(60, (index) => ({ inputTokens: 100 + 10 * (index % 50) + 1000, cachedTokens: 1000 }));
    const { ttftByInput } = summaryOf(cached);
    assert.ok(near(ttftByInput?.fit?.msPer1000Tokens ?? null, 200, 0.01));
    assert.deepEqual([ttftByInput?.uncached, ttftByInput?.minTokens], [true, 100]);
  });

  it('has no line without enough spread, and reports the reason', () => {
    assert.equal(summaryOf(streams(29)).ttftByInput?.noFit, 'few streams');
    assert.equal(
      summaryOf(streams(60, (index) => ({ inputTokens: 500 + (index % 3) }))).ttftByInput?.noFit,
      'equal inputs',
    );
    const flat = Array.from({ length: 60 }, (_, index) =>
      streamOf([50 + (index % 2), 70], { inputTokens: 100 + 10 * index }),
    );
    assert.equal(summaryOf(flat).ttftByInput?.noFit, 'no slope');
  });

  it('has no line that takes a queue for prefill', () => {
    // Bursts of ten: each prompt is longer than the one before, and four at a time start every 400 ms.
    const burst = Array.from({ length: 30 }, (_, index) => {
      const place = index % 10;
      const inputTokens = 88 + 40 * place;
      const ttftMs = 40 + 0.2 * inputTokens + 400 * Math.floor(place / 4);
      return streamOf([ttftMs, ttftMs + 10], { inputTokens });
    });
    const { ttftByInput } = summaryOf(burst);
    assert.deepEqual([ttftByInput?.noFit, ttftByInput?.fit], ['below zero', undefined]);
    assert.ok(ttftByInput !== undefined);
    assert.equal(
      fitSentence(ttftByInput),
      'No prefill speed: TTFT grows too fast with input tokens to be prefill alone. A queue can cause this.',
    );
  });

  it('is absent without streams, and without input tokens', () => {
    assert.ok(!('ttftByInput' in summaryOf([sampleOf(10, { inputTokens: 5 })])));
    assert.ok(!('ttftByInput' in summaryOf([streamOf([10, 20])])));
    const failed = streamOf([10, 20], { inputTokens: 5, error: 'prematureEnd' });
    assert.ok(!('ttftByInput' in summaryOf([failed])));
  });

  it('keeps 100 to 200 points of many streams, spread over the run and over lengths in rotation', () => {
    for (const cycle of [2, 4, 8, 50]) {
      const many = streams(4_000, (index) => ({ inputTokens: 100 + 10 * (index % cycle) }));
      const { ttftByInput } = summaryOf(many);
      assert.equal(ttftByInput?.streams, 4_000);
      const { points } = ttftByInput;
      assert.ok(points.length >= 100 && points.length <= 200, String(points.length));
      const shares = Array.from(
        { length: Math.min(cycle, 8) },
        (_, place) => points.filter(([tokens]) => tokens === 100 + 10 * place).length,
      );
      assert.ok(Math.min(...shares) >= points.length / cycle / 2 - 1, String(shares));
    }
  });

  it('has a slope that outliers and a slow start hardly change', () => {
    const all = Array.from({ length: 300 }, (_, index) => {
      const inputTokens = 100 + ((index * 37) % 500);
      const ttftMs = 40 + 0.2 * inputTokens + (index % 2) + delayOf(index);
      return streamOf([ttftMs, ttftMs + 10], { inputTokens });
    });
    const { fit } = summaryOf(all).ttftByInput ?? {};
    assert.ok(fit !== undefined && near(fit.msPer1000Tokens, 200, 0.02) && fit.r2 < 0.2, JSON.stringify(fit));
  });

  it('is the same for several recorders', () => {
    const all = streams(500);
    const parts = [0, 1, 2].map((part) => {
      const recorder = createRecorder(recorderOptions(1000));
      for (const [index, sample] of all.entries()) if (index % 3 === part) recorder.add(sample);
      return recorder.state();
    });
    const merged = numbersOf(mergeStates(parts), recorderOptions(1000), { requestsCancelled: 0 }).ttftByInput;
    const whole = summaryOf(all).ttftByInput;
    assert.ok(near(merged?.fit?.msPer1000Tokens ?? null, whole?.fit?.msPer1000Tokens ?? 0, 0.01));
    assert.ok(near(merged?.fit?.interceptMs ?? null, whole?.fit?.interceptMs ?? 0, 0.02));
    assert.ok(near(merged?.fit?.r2 ?? null, whole?.fit?.r2 ?? 0));
    assert.ok((merged?.points.length ?? 0) > 60 && (merged?.points.length ?? 999) <= 200);
  });
});
