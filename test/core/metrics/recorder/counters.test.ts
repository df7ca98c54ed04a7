import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { stateFrom, type Counted } from '../../../../src/core/metrics/recorder/counted.ts';
import { countersOf, countedTargets, type Counters } from '../../../../src/core/metrics/recorder/counters.ts';
import { bucketsOf } from '../../../../src/core/metrics/recorder/histogram.ts';
import { mergeStates, type RecorderState } from '../../../../src/core/metrics/recorder/recorder-state.ts';
import { createRecorder } from '../../../../src/core/metrics/recorder/recorder.ts';
import { summaryOf } from '../../../../src/core/metrics/summary.ts';
import { quantileNames, type Distribution, type Numbers, type Sample } from '../../../../src/core/metrics/types.ts';
import { anyParts, leavesOf, near, recorderOptions, sampleOf, type Parts } from '../samples.ts';

/** A multiple of every width that a timeline can have in these tests. */
const startedAtMs = 1_700_000 * 51_200;

function statesOf(samples: Parts, maxRawSamples = 100): RecorderState[] {
  const recorders = Array.from({ length: 4 }, () => createRecorder(recorderOptions(maxRawSamples)));
  for (const { sample, recorder } of samples) recorders[recorder]?.add(sample);
  return recorders.map((recorder) => recorder.state());
}

/** What is left of states when all that is known of them are the sums of their counters. */
function throughCounters(states: readonly RecorderState[], most?: number): Counted {
  const sums: Counters = new Map();
  for (const state of states) {
    for (const [name, value] of countersOf(state, startedAtMs, most)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  // As JSON, in any order: that is how they come back.
  return stateFrom(new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(sums))))));
}

/** Half of a bucket of 10 bits. */
const resolution = 1 / 2048;

/** Equal, but that extremes are the middle of a bucket. */
function assertSameTimes(actual: Distribution, expected: Distribution, name: string): void {
  assert.equal(actual.count, expected.count, name);
  for (const key of ['min', 'max', 'median', 'p90', 'p95', 'p99', 'p999'] as const) {
    const [a, b] = [actual[key], expected[key]];
    if (a === null || b === null) assert.equal(a, b, `${name}.${key}`);
    else assert.ok(Math.abs(a - b) <= resolution * b + 1e-6, `${name}.${key}: ${a}, ${b}`);
  }
  for (const quantile of quantileNames) {
    const [a, b] = [actual.interval95[quantile], expected.interval95[quantile]];
    assert.equal(a === null, b === null, `${name}.interval95.${quantile}`);
    for (const side of [0, 1] as const)
      if (a && b)
        assert.ok(Math.abs(a[side] - b[side]) <= resolution * b[side] + 1e-6, `${name}.interval95.${quantile}`);
  }
  if (expected.mean !== null)
    assert.ok(Math.abs((actual.mean ?? Number.NaN) - expected.mean) <= 1e-9 * expected.mean + 1e-11, `${name}.mean`);
  if (expected.stdev === null) assert.equal(actual.stdev, null, name);
  else {
    // The difference of two sums: what rounding leaves of the larger ones shows in it.
    const allowed = 1e-6 * expected.stdev + 1e-6 * (expected.max ?? 0) + 1e-6;
    assert.ok(Math.abs((actual.stdev ?? Number.NaN) - expected.stdev) <= allowed, `${name}.stdev ${actual.stdev}`);
  }
}

const isTimes = (value: unknown): value is Distribution =>
  typeof value === 'object' && value !== null && 'interval95' in value;

function assertSameNumbers(actual: Numbers, expected: Numbers, name: string): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected), name);
  for (const [key, value] of Object.entries(expected)) {
    const other: unknown = Object.entries(actual).find(([one]) => one === key)?.[1];
    if (isTimes(value) && isTimes(other)) assertSameTimes(other, value, `${name}.${key}`);
    else if (/PerS$|Bins$|^(perTarget|timeline|streamedRequests|iclPercentileMethod)$/.test(key)) continue;
    else assert.deepEqual(leavesOf(other), leavesOf(value), `${name}.${key}`);
  }
}

describe('counters of recorders', () => {
  it('add up to the state of one recorder with all requests', () => {
    fc.assert(
      fc.property(anyParts, fc.constantFrom(0, 20, 100_000), (samples, maxRawSamples) => {
        const { state, bits, timelineAtMs } = throughCounters(statesOf(samples, maxRawSamples));
        // Without raw samples, for that is what counters can tell.
        const wanted = mergeStates(statesOf(samples, 0));
        assert.deepEqual(bits, { run: 10, targets: 10 });
        assert.equal(timelineAtMs, startedAtMs);
        const pairs = [
          [state.run.successes, wanted.run.successes],
          [state.run.ttfb, wanted.run.ttfb],
          [state.responseTime, wanted.responseTime],
          [state.lag, wanted.lag],
        ] as const;
        for (const [actual, expected] of pairs) {
          const buckets = expected.histogram === null ? [] : bucketsOf(expected.histogram);
          assert.deepEqual(actual.histogram === null ? [] : bucketsOf(actual.histogram), buckets);
        }
        const { firstSentMs, lastEndMs, lastResponseMs } = wanted.clock;
        Object.assign(state.clock, { firstSentMs, lastEndMs, lastResponseMs });
        const options = recorderOptions(0);
        const actual = summaryOf(state, options, { requestsCancelled: 0 });
        const expected = summaryOf(wanted, options, { requestsCancelled: 0 });
        assertSameNumbers(actual, expected, 'run');
        assertSameTimes(actual.responseTimeMs, expected.responseTimeMs, 'response');
        assertSameTimes(actual.scheduleLagMs, expected.scheduleLagMs, 'lag');
        assert.equal(actual.sloAttainment, expected.sloAttainment);
        assert.equal(actual.tokenSource, expected.tokenSource);
        assert.ok(near(state.clock.requestTimeMs, wanted.clock.requestTimeMs));
        assert.equal(actual.perTarget.length, expected.perTarget.length);
        // Charts of single targets aren't told by counters.
        for (const [index, { latencyBins: _, timeline: __, ...target }] of expected.perTarget.entries())
          assertSameNumbers(actual.perTarget[index]!, target, target.name);
      }),
      { numRuns: 60 },
    );
  });

  it('keep the timeline', () => {
    fc.assert(
      fc.property(anyParts, (samples) => {
        const { state } = throughCounters(statesOf(samples));
        const wanted = mergeStates(statesOf(samples)).timeline;
        assert.equal(state.timeline.widthMs, wanted.widthMs);
        for (const key of ['responses', 'failures', 'outputTokens'] as const) {
          const told = state.timeline.slices.map((slice) => slice[key]);
          const expected = wanted.slices.map((slice) => slice[key]);
          const length = Math.max(told.length, expected.length);
          for (let index = 0; index < length; index++)
            assert.ok(Math.abs((told[index] ?? 0) - (expected[index] ?? 0)) < 1e-5, `${key} of slice ${index}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are whole numbers, except for fractional tokens', () => {
    const samples = Array.from({ length: 500 }, (_, index) => sampleOf(Math.sqrt(index + 2), { outputTokens: 7 }));
    const recorder = createRecorder(recorderOptions(100));
    for (const sample of samples) recorder.add(sample);
    for (const [name, value] of countersOf(recorder.state(), startedAtMs)) {
      assert.ok(Number.isSafeInteger(value), `${name} ${value}`);
      assert.match(name, /^[\w.]+$/);
    }
  });

  it('align timelines that started at different times', () => {
    const one = createRecorder(recorderOptions(100));
    one.add(sampleOf(5, { sentMs: 1 }));
    const other = createRecorder(recorderOptions(100));
    other.add(sampleOf(5, { sentMs: 1 }));
    const sums = countersOf(one.state(), startedAtMs);
    for (const [name, value] of countersOf(other.state(), startedAtMs + 1_000))
      sums.set(name, (sums.get(name) ?? 0) + value);
    const { state, timelineAtMs } = stateFrom(sums);
    assert.equal(timelineAtMs, startedAtMs);
    assert.deepEqual(
      state.timeline.slices.flatMap(({ responses }, index) => (responses > 0 ? [[index, responses]] : [])),
      [
        [0, 1],
        [1_000 / state.timeline.widthMs, 1],
      ],
    );
  });

  it('get coarser if times vary widely, and report how coarse', () => {
    const recorder = createRecorder(recorderOptions(0));
    let latencyMs = 0.001;
    const sample: Sample[] = [];
    while (latencyMs < 100_000) {
      sample.push(sampleOf(latencyMs, { target: 1 }));
      latencyMs *= 1.0008;
    }
    for (const one of sample) recorder.add(one);
    for (const [most, bits] of [
      [100_000, { run: 9, targets: 9 }],
      [25_000, { run: 7, targets: 7 }],
    ] as const) {
      const counters = countersOf(recorder.state(), startedAtMs, most);
      assert.ok(counters.size < 1.05 * most, String(counters.size));
      assert.deepEqual(throughCounters([recorder.state()], most).bits, bits);
    }
    // What a worker on Lambda sends, as text in a text: a message may have 1 MiB.
    const named = Object.fromEntries(
      [...countersOf(recorder.state(), startedAtMs, 25_000)].map(([name, value]) => [`loadlens.${name}`, value]),
    );
    assert.ok(JSON.stringify(JSON.stringify(named)).length < 950 * 1024);
    const { state, bits } = throughCounters([recorder.state()], 25_000);
    const options = recorderOptions(0);
    const expected = recorder.summary({ requestsCancelled: 0 }).latencyMs;
    const actual = summaryOf(state, options, { requestsCancelled: 0 }).latencyMs;
    assert.equal(actual.count, sample.length);
    for (const key of ['median', 'p90', 'p95', 'p99', 'p999'] as const) {
      const [a, b] = [actual[key] ?? Number.NaN, expected[key] ?? Number.NaN];
      assert.ok(Math.abs(a - b) <= b / 2 ** (bits.run + 1), `${key}: ${a}, ${b}`);
    }
  });

  it('count the first targets separately, and all targets in the totals', () => {
    const names = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const options = { targetNames: names, latencyLimitMs: [] };
    const recorder = createRecorder(options);
    for (let index = 0; index < 40; index++) recorder.add(sampleOf(10, { target: index }));
    const { state } = throughCounters([recorder.state()]);
    const summary = summaryOf(state, options, { requestsCancelled: 0 });
    assert.deepEqual(
      summary.perTarget.map(({ name }) => name),
      names.slice(0, countedTargets),
    );
    assert.equal(summary.requestsSent, 40);
  });

  it('are almost empty without requests', () => {
    assert.deepEqual([...countersOf(createRecorder(recorderOptions(0)).state(), startedAtMs)], []);
    const { state, timelineAtMs } = stateFrom(new Map());
    assert.equal(timelineAtMs, null);
    const summary = summaryOf(state, recorderOptions(0), { requestsCancelled: 0 });
    assert.equal(summary.requestsSent, 0);
    assert.equal(summary.latencyMs.median, null);
    assert.equal(summary.latencyMs.min, null);
  });
});
