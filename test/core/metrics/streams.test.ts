import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createRecorder } from '../../../src/core/metrics/recorder/recorder.ts';
import { hasStreams } from '../../../src/core/metrics/streams.ts';
import type { Sample, StreamNumbers, Summary } from '../../../src/core/metrics/types.ts';
import { naiveQuantile, near, sampleOf, streamOf, summaryOf } from './samples.ts';

function streamsIn(summary: Summary): Summary & StreamNumbers {
  assert.ok(hasStreams(summary));
  return summary;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sourceOf = (...sources: Sample['tokenSource'][]): string =>
  summaryOf(sources.map((tokenSource) => sampleOf(1, { outputTokens: 2, tokenSource }))).tokenSource;

describe('numbers of streams', () => {
  it('follow the definitions for a single stream', () => {
    const { ttftMs, iclMs, tpotMs, e2eMs, stallMs, streams } = streamsIn(
      summaryOf([streamOf([50, 60, 100, 110], { sentMs: 1000, outputTokens: 9 }, 3)]),
    );
    assert.deepEqual([ttftMs.mean, e2eMs.mean, tpotMs.mean, stallMs.mean], [50, 110, 10, 40]);
    assert.deepEqual([iclMs.count, iclMs.min, iclMs.mean, iclMs.max], [3, 10, 20, 40]);
    assert.deepEqual(streams, { whole: 1, partial: 0, partialChunks: 0 });
  });

  it('have the speed per user: 1 / TPOT', () => {
    const streams = [10, 20, 40].map((gap) => streamOf([50, 50 + gap, 50 + 2 * gap]));
    const { tpotMs, userTokensPerS } = streamsIn(summaryOf(streams));
    assert.equal(tpotMs.median, 20);
    // 100, 50, and 25 tokens/s.
    assert.ok(near(userTokensPerS?.mean ?? null, 175 / 3));
    assert.equal(userTokensPerS?.median, 50);
    assert.ok(near(userTokensPerS?.p5 ?? null, 1000 / 38));
    const atOnce = streamsIn(summaryOf([streamOf([50, 50, 50])]));
    assert.deepEqual(atOnce.userTokensPerS, { mean: null, median: null, p5: null, p1: null });
  });

  it('are absent if nothing was streamed', () => {
    const summary = summaryOf([sampleOf(10), sampleOf(20, { status: 429 })]);
    for (const name of [
      'streams',
      'ttftMs',
      'iclMs',
      'tpotMs',
      'e2eMs',
      'stallMs',
      'userTokensPerS',
      'iclPercentileMethod',
    ] as const)
      assert.ok(!(name in summary), name);
    assert.ok(!('reasoningTokens' in summary));
  });

  it('have no ICL and no TPOT for a stream of a single chunk', () => {
    const summary = streamsIn(summaryOf([streamOf([70], { outputTokens: 5 }, 5)]));
    assert.deepEqual([summary.ttftMs.count, summary.e2eMs.count], [1, 1]);
    assert.deepEqual([summary.iclMs.count, summary.tpotMs.count, summary.stallMs.count], [0, 0, 0]);
    assert.equal(summary.tpotMs.mean, null);
  });

  it('pool ICL over all requests, and count every other time once per request', () => {
    const arrivals = fc
      .array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 })
      .map((gaps) => gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0)));
    fc.assert(
      fc.property(fc.array(arrivals, { minLength: 1, maxLength: 20 }), (all) => {
        const summary = streamsIn(summaryOf(all.map((each) => streamOf(each))));
        const gaps = all.flatMap((each) => each.slice(1).map((at, i) => at - each[i]!));
        const stalls = all.flatMap((each) =>
          each.length < 2 ? [] : [Math.max(...each.slice(1).map((at, i) => at - each[i]!))],
        );
        assert.equal(summary.iclMs.count, gaps.length);
        assert.equal(summary.stallMs.count, stalls.length);
        assert.equal(summary.ttftMs.count, all.length);
        if (gaps.length > 0) {
          assert.ok(near(summary.iclMs.p95, naiveQuantile(gaps, 0.95)));
          assert.ok(near(summary.stallMs.median, naiveQuantile(stalls, 0.5)));
        }
        const firsts = all.map(([first = 0]) => first);
        assert.ok(near(summary.ttftMs.p90, naiveQuantile(firsts, 0.9)));
      }),
    );
  });

  it('count failed streams and their chunks, but exclude their times and tokens', () => {
    const summary = streamsIn(
      summaryOf([
        streamOf([10, 20], { sentMs: 0 }),
        streamOf([500, 900, 1000], { error: 'prematureEnd' }),
        streamOf([700], { error: 'streamError' }),
        streamOf([], { error: 'noToken' }),
      ]),
    );
    assert.deepEqual(summary.streams, { whole: 1, partial: 2, partialChunks: 4 });
    assert.deepEqual(summary.errors, { prematureEnd: 1, streamError: 1, noToken: 1 });
    assert.equal(summary.ttftMs.max, 10);
    assert.equal(summary.outputTokens, 2);
    assert.equal(summary.successes, 1);
  });

  it('belong to the target that streamed, and not to the one next to it', () => {
    const { perTarget } = summaryOf([streamOf([5, 6]), sampleOf(3, { target: 1 })]);
    assert.deepEqual(
      perTarget.map((target) => [target.streams?.whole, target.ttftMs?.max]),
      [
        [1, 5],
        [undefined, undefined],
      ],
    );
  });

  it('name the least exact token source, and list reasoning tokens separately', () => {
    assert.equal(sourceOf('usage', 'usage'), 'usage');
    assert.equal(sourceOf('usage', 'chunks', 'usage'), 'chunks');
    assert.equal(sourceOf(undefined, 'usage'), 'output_tokens');
    const { outputTokens, reasoningTokens } = summaryOf([
      streamOf([1, 2], { outputTokens: 30, reasoningTokens: 12 }),
      streamOf([1, 2], { outputTokens: 20, reasoningTokens: 3 }),
    ]);
    assert.deepEqual([outputTokens, reasoningTokens], [50, 15]);
  });

  it('are off by at most 0.05% beyond the number of values kept', () => {
    const recorder = createRecorder({ targetNames: ['a'], latencyLimitMs: [], maxRawSamples: 50 });
    for (let i = 1; i <= 200; i++) recorder.add(streamOf([i, 3 * i, 4 * i]));
    const summary = streamsIn(recorder.summary({ requestsCancelled: 0 }));
    assert.equal(summary.percentileMethod, 'hdr-histogram');
    assert.equal(summary.iclPercentileMethod, 'linear-interpolation');
    assert.ok(near(summary.ttftMs.median, 100.5, 0.006));
    assert.ok(near(summary.ttftMs.mean, 100.5));
    assert.equal(summary.stallMs.max, 400);
    const [target] = summary.perTarget;
    assert.equal(target?.ttftMs?.count, 200);
  });

  it('exist while the run is in progress', () => {
    const recorder = createRecorder({ targetNames: ['a'], latencyLimitMs: [] });
    for (let i = 1; i <= 100; i++) recorder.add(streamOf([20, 30, 40]));
    const live = streamsIn(recorder.liveSummary());
    assert.ok(near(live.ttftMs.p95, 20, 0.001));
    assert.ok(near(live.iclMs.median, 10, 0.001));
  });
});

const attained = (samples: readonly Sample[], limits: object): number | null =>
  summaryOf(samples, { latencyLimitMs: [], otherLimitsMs: [limits] }).sloAttainment;

describe('goodput, histograms, and timeline of streams', () => {
  it('requires every stream to meet every limit', () => {
    const samples = [streamOf([50, 60, 100]), streamOf([80, 90, 95])];
    assert.equal(attained(samples, { ttft: 60 }), 0.5);
    assert.equal(attained(samples, { stall: 20 }), 0.5);
    assert.equal(attained(samples, { ttft: 60, stall: 20 }), 0);
    assert.equal(attained(samples, { e2e: 95 }), 0.5);
    assert.equal(attained(samples, { icl: 25 }), 1);
    assert.equal(attained(samples, { tpot: 10 }), 0.5);
  });

  it('excludes a response without a stream if there is a limit on streams, but not with one on TTFB', () => {
    assert.equal(attained([streamOf([5]), sampleOf(3)], { ttft: 60 }), 0.5);
    assert.equal(attained([sampleOf(100), sampleOf(300)], { ttfb: 60 }), 0.5);
  });

  it('includes a stream of one chunk, which has no gap that could be too long', () => {
    assert.equal(attained([streamOf([5])], { icl: 1, tpot: 1, stall: 1 }), 1);
  });

  it('excludes a failed stream', () => {
    assert.equal(attained([streamOf([5], { error: 'streamError' })], { ttft: 60 }), 0);
  });

  it('includes histograms of every TTFT and every ICL', () => {
    const { ttftBins, iclBins, latencyBins } = summaryOf([streamOf([50, 60, 100, 110]), streamOf([70, 71])]);
    assert.ok(ttftBins !== undefined && iclBins !== undefined);
    assert.equal(sum(ttftBins.counts), 2);
    assert.equal(sum(iclBins.counts), 4);
    assert.deepEqual([ttftBins.edgesMs[0], ttftBins.edgesMs.at(-1)], [50, 70]);
    assert.notDeepEqual(ttftBins, latencyBins);
  });

  it('counts every token in the slice in which its chunk arrived', () => {
    const plain = sampleOf(30, { sentMs: 100, outputTokens: 7 });
    const { timeline, outputTokens } = summaryOf([streamOf([10, 60, 110], { outputTokens: 9 }, 3), plain]);
    // Slices of 50 ms: three tokens come first, then three by each chunk; the answer of one piece ends at 130.
    assert.deepEqual(timeline.outputTokens, [3, 3, 3 + 7]);
    assert.equal(outputTokens, 16);
    assert.equal(summaryOf([plain]).timeline.outputTokens, undefined);
  });

  it('counts every token in a run of any length, except for failed streams', () => {
    const streams = Array.from({ length: 300 }, (_, i) => streamOf([40, 5000, 9000], { sentMs: i * 777 }));
    const failed = streamOf([1, 2], { error: 'prematureEnd' });
    const { timeline } = summaryOf([...streams, failed]);
    assert.ok(near(sum(timeline.outputTokens!), 900));
    assert.equal(timeline.outputTokens!.length, timeline.responses.length);
  });
});

describe('kept streamed requests', () => {
  it('have their times and longest gaps', () => {
    const { streamedRequests } = summaryOf([
      streamOf([], { sentMs: 2000, error: 'noToken', outputTokens: undefined }),
      streamOf([50, 60, 100, 110, 130, 131], { sentMs: 1000, scheduledMs: 990 }),
    ]);
    assert.deepEqual(streamedRequests, [
      {
        target: 't0',
        scheduledMs: 990,
        sentMs: 1000,
        firstTokenMs: 1050,
        lastTokenMs: 1131,
        endMs: streamedRequests![0]!.endMs,
        status: 200,
        chunks: 6,
        outputTokens: 6,
        longestGapsMs: [
          [1060, 1100],
          [1100, 1110],
          [1110, 1130],
        ],
      },
      {
        target: 't0',
        scheduledMs: 2000,
        sentMs: 2000,
        firstTokenMs: null,
        lastTokenMs: null,
        endMs: streamedRequests![1]!.endMs,
        status: 200,
        error: 'noToken',
        chunks: 0,
        outputTokens: null,
        longestGapsMs: [],
      },
    ]);
  });

  it('are all of them up to 50, then an evenly spread sample', () => {
    for (const [count, kept, every] of [
      [50, 50, 1],
      [51, 26, 2],
      [400, 50, 8],
      [401, 26, 16],
    ] as const) {
      const streams = Array.from({ length: count }, (_, i) => streamOf([5, 6], { sentMs: i }));
      const sent = summaryOf(streams).streamedRequests!.map(({ sentMs }) => sentMs);
      assert.deepEqual(
        sent,
        Array.from({ length: kept }, (_, i) => i * every),
      );
    }
  });
});
