import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { mergeLive, mergeStates, type RecorderState } from '../../../../src/core/metrics/recorder/recorder-state.ts';
import { createRecorder, type Recorder } from '../../../../src/core/metrics/recorder/recorder.ts';
import { liveSummaryOf, summaryOf } from '../../../../src/core/metrics/summary.ts';
import type { Summary } from '../../../../src/core/metrics/types.ts';
import { anyParts, leavesOf, near, type Parts, recorderOptions, sampleOf, streamOf } from '../samples.ts';

/** A recorder of all samples, and the states of four that share them out. */
function recorded(samples: Parts, maxRawSamples: number): { whole: Recorder; states: RecorderState[] } {
  const whole = createRecorder(recorderOptions(maxRawSamples));
  const recorders = Array.from({ length: 4 }, () => createRecorder(recorderOptions(maxRawSamples)));
  for (const { sample, recorder } of samples) {
    whole.add(sample);
    recorders[recorder]?.add(sample);
  }
  // As they come out of a worker thread.
  return { whole, states: recorders.map((recorder) => structuredClone(recorder.state())) };
}

/** Means, spreads and tokens of slices are sums of fractions: equal but for the order of additions. All else is equal. */
function assertSame(actual: Summary, expected: Summary): void {
  const leaves = leavesOf(actual);
  const others = leavesOf(expected);
  assert.deepEqual(
    leaves.map(([path]) => path),
    others.map(([path]) => path),
  );
  for (const [index, [path, value]] of leaves.entries()) {
    const other = others[index]?.[1];
    if (/mean|stdev|outputTokens/.test(path) && typeof value === 'number' && typeof other === 'number')
      assert.ok(near(value, other) || Math.abs(value - other) < 1e-9, `${path}: ${value}, ${other}`);
    else assert.equal(value, other, path);
  }
}

/** Returns streamed requests in an order of their own, as those sent at the same time have none. */
function ordered(requests: Summary['streamedRequests']): string[] | undefined {
  return requests?.map((request) => JSON.stringify(request)).toSorted();
}

const extra = { requestsCancelled: 2 };

describe('merged states', () => {
  for (const [name, maxRawSamples] of [
    ['with raw samples on all', 100_000],
    ['with raw samples on some', 30],
    ['with histograms', 0],
  ] as const) {
    it(`have the numbers of one recorder with all requests, ${name}`, () => {
      fc.assert(
        fc.property(anyParts, (samples) => {
          const { whole, states } = recorded(samples, maxRawSamples);
          const merged = summaryOf(mergeStates(states), recorderOptions(maxRawSamples), extra);
          const { streamedRequests: some, ...numbers } = merged;
          const { streamedRequests: expected, ...expectedNumbers } = whole.summary(extra);
          assertSame(numbers, expectedNumbers);
          assert.equal(some === undefined, expected === undefined);
          if (samples.filter(({ sample }) => sample.stream).length <= 50)
            assert.deepEqual(ordered(some), ordered(expected));
        }),
      );
    });
  }

  it('have streams that were sent and ended at the same time, whichever recorder saw them', () => {
    const [first, second] = [streamOf([5], { target: 1 }), streamOf([5], { target: 0 })];
    const { whole, states } = recorded(
      [
        { sample: first, recorder: 1 },
        { sample: second, recorder: 0 },
      ],
      100_000,
    );
    const { streamedRequests } = summaryOf(mergeStates(states), recorderOptions(100_000), extra);
    assert.deepEqual(ordered(streamedRequests), ordered(whole.summary(extra).streamedRequests));
  });

  it('have the live numbers of one recorder with all requests', () => {
    fc.assert(
      fc.property(anyParts, fc.constantFrom(0, 30, 100_000), (samples, maxRawSamples) => {
        const { whole, states } = recorded(samples, maxRawSamples);
        const sent = states.map((state) => structuredClone(mergeLive([state])));
        assertSame(liveSummaryOf(mergeLive(sent), recorderOptions(maxRawSamples)), whole.liveSummary());
      }),
    );
  });

  it('can be merged again', () => {
    fc.assert(
      fc.property(anyParts, fc.constantFrom(0, 30, 100_000), (samples, maxRawSamples) => {
        const { states } = recorded(samples, maxRawSamples);
        const pairs = [mergeStates(states.slice(0, 2)), mergeStates(states.slice(2))];
        const [inPairs, atOnce] = [mergeStates(pairs), mergeStates(states)].map((state) => {
          const { streamedRequests: _, ...numbers } = summaryOf(state, recorderOptions(maxRawSamples), extra);
          return numbers;
        });
        assertSame(inPairs!, atOnce!);
      }),
    );
  });

  it("don't change the original states", () => {
    fc.assert(
      fc.property(anyParts, fc.constantFrom(0, 30, 100_000), (samples, maxRawSamples) => {
        const { states } = recorded(samples, maxRawSamples);
        const before = structuredClone(states);
        mergeStates(states);
        mergeLive(states);
        assert.deepEqual(states, before);
      }),
    );
  });

  it('keep no samples for a live summary, whatever the length of the streams', () => {
    const recorder = createRecorder(recorderOptions(100_000));
    for (let index = 0; index < 100; index++)
      recorder.add(
        streamOf(
          Array.from({ length: 1_000 }, (_, i) => i + 1),
          { sentMs: index },
        ),
      );
    const tallies = JSON.stringify(mergeLive([recorder.state()]), (key, value: unknown) =>
      key === 'raw' ? (value === null ? 'none' : 'some') : value,
    );
    assert.ok(tallies.includes('"raw":"none"'));
    assert.ok(!tallies.includes('"raw":"some"'));
  });

  it('keep at most 50 streamed requests, spread evenly even if the parts are of unequal size', () => {
    const early = createRecorder(recorderOptions(100_000));
    const late = createRecorder(recorderOptions(100_000));
    for (let index = 0; index < 1_000; index++) {
      const stream = streamOf([1, 2], { sentMs: index });
      (index < 30 || index >= 900 ? late : early).add(stream);
    }
    const { streamedRequests = [] } = summaryOf(
      mergeStates([early.state(), late.state()]),
      recorderOptions(100_000),
      extra,
    );
    assert.ok(streamedRequests.length > 25 && streamedRequests.length <= 50, String(streamedRequests.length));
    const gaps = streamedRequests.slice(1).map(({ sentMs }, index) => sentMs - streamedRequests[index]!.sentMs);
    assert.ok(Math.max(...gaps) < 100, gaps.join(' '));
    for (const from of [0, 250, 500, 750]) {
      const here = streamedRequests.filter(({ sentMs }) => sentMs >= from && sentMs < from + 250).length;
      assert.ok(near(here, streamedRequests.length / 4, 0.4), `${here} of ${streamedRequests.length} from ${from}`);
    }
  });

  it('have no numbers if no recorder has any', () => {
    const { whole, states } = recorded([], 100_000);
    assert.deepEqual(summaryOf(mergeStates(states), recorderOptions(100_000), extra), whole.summary(extra));
  });

  it('convert timelines to the wider slices', () => {
    const [short, long] = [createRecorder(recorderOptions(100_000)), createRecorder(recorderOptions(100_000))];
    for (let index = 0; index < 40; index++) short.add(sampleOf(10, { sentMs: index * 20 }));
    for (let index = 0; index < 400; index++) long.add(sampleOf(10, { sentMs: index * 100 }));
    const { timeline } = summaryOf(mergeStates([short.state(), long.state()]), recorderOptions(100_000), extra);
    assert.equal(timeline.widthMs, 3_200);
    assert.equal(timeline.responses[0], 40 + 32);
  });
});
