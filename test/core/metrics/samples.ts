import * as fc from 'fast-check';
import { createRecorder, type RecorderOptions } from '../../../src/core/metrics/recorder/recorder.ts';
import { errorKinds, tokenSources, type Sample, type Summary } from '../../../src/core/metrics/types.ts';

/** A sample whose parts do not matter: answered with 200 after `latencyMs`. */
export function sampleOf(latencyMs: number, changes: Partial<Sample> = {}): Sample {
  const sentMs = changes.sentMs ?? 0;
  return {
    target: 0,
    scheduledMs: sentMs,
    sentMs,
    headersMs: sentMs + latencyMs / 2,
    endMs: sentMs + latencyMs,
    status: 200,
    bytes: 10,
    ...changes,
  };
}

/** A stream whose chunks arrive at these times after it was sent. */
export function streamOf(arrivalsMs: readonly number[], changes: Partial<Sample> = {}, untimedTokens = 1): Sample {
  const sentMs = changes.sentMs ?? 0;
  const last = arrivalsMs.at(-1);
  return sampleOf((last ?? 1) + 1, {
    outputTokens: arrivalsMs.length,
    tokenSource: 'usage',
    stream: {
      firstTokenMs: sentMs + (arrivalsMs[0] ?? Number.NaN),
      lastTokenMs: sentMs + (last ?? Number.NaN),
      chunks: arrivalsMs.length,
      untimedTokens,
      // Longer than it must be, as the engine's is.
      gapsMs: Float64Array.from([...arrivalsMs.slice(1).map((at, i) => at - arrivalsMs[i]!), 9_999, 9_999]),
    },
    ...changes,
  });
}

/** Any request to one of five targets within 20 s, without a stream. */
export const anySample: fc.Arbitrary<Sample> = fc
  .record({
    target: fc.integer({ min: 0, max: 4 }),
    lag: fc.double({ min: 0, max: 5, noNaN: true }),
    sentMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    latency: fc.double({ min: 0.05, max: 5_000, noNaN: true }),
    status: fc.constantFrom(200, 200, 200, 204, 301, 404, 429, 503),
    error: fc.option(fc.constantFrom(...errorKinds), { freq: 5 }),
    bytes: fc.nat(10_000),
    tokens: fc.option(fc.nat(500)),
  })
  .map(({ target, lag, sentMs, latency, status, error, bytes, tokens }) => {
    const endMs = sentMs + latency;
    const base = { target, scheduledMs: sentMs - lag, sentMs, endMs, bytes };
    const outcome =
      error === null ? { status, headersMs: sentMs + latency * 0.9 } : { status: 0, headersMs: Number.NaN, error };
    return Object.assign(base, outcome, tokens === null ? {} : { outputTokens: tokens });
  });

/** Any streamed request to one of five targets within 20 s. */
const anyStream: fc.Arbitrary<Sample> = fc
  .record({
    target: fc.integer({ min: 0, max: 4 }),
    sentMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    gaps: fc.array(fc.double({ min: 0.01, max: 400, noNaN: true }), { maxLength: 12 }),
    tokens: fc.nat(40),
    tokenSource: fc.constantFrom(...tokenSources),
    reasoningTokens: fc.nat(5),
    broken: fc.boolean(),
  })
  .map(({ target, sentMs, gaps, tokens, tokenSource, reasoningTokens, broken }) => {
    const arrivals = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0));
    const error = gaps.length === 0 ? 'noToken' : broken ? 'prematureEnd' : undefined;
    return streamOf(arrivals, { target, sentMs, outputTokens: tokens, tokenSource, reasoningTokens, error });
  });

/** Samples, each with the number of the recorder that sees it. */
export const anyParts = fc.array(fc.record({ sample: fc.oneof(anySample, anyStream), recorder: fc.nat(3) }), {
  minLength: 1,
  maxLength: 120,
});
/** As anyParts makes them. */
export type Parts = readonly { readonly sample: Sample; readonly recorder: number }[];

/** For five targets, some with limits. */
export const recorderOptions = (maxRawSamples: number): RecorderOptions => ({
  targetNames: ['a', 'b', 'c', 'd', 'e'],
  latencyLimitMs: [1_000, undefined, 2_000, 500, undefined],
  otherLimitsMs: [{ ttft: 100 }, undefined, { ttfb: 300, stall: 200 }, {}, { icl: 100 }],
  maxRawSamples,
});

/** The summary of samples. */
export function summaryOf(samples: readonly Sample[], options: Partial<RecorderOptions> = {}): Summary {
  const most = Math.max(0, ...samples.map(({ target }) => target));
  const recorder = createRecorder({
    targetNames: Array.from({ length: most + 1 }, (_, index) => `t${String(index)}`),
    latencyLimitMs: [undefined],
    ...options,
  });
  for (const sample of samples) recorder.add(sample);
  return recorder.summary({ requestsCancelled: 0 });
}

/** Quantile of type 7 as the textbook has it, to test against. */
export function naiveQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const h = (sorted.length - 1) * share + 1;
  const low = sorted[Math.floor(h) - 1]!;
  const high = sorted[Math.min(sorted.length, Math.ceil(h)) - 1]!;
  return low + (h - Math.floor(h)) * (high - low);
}

/** Equal but for rounding. */
export function near(actual: number | null, expected: number, relative = 1e-9): boolean {
  return actual !== null && Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-9);
}

/** Every value in an object, by the path that leads to it. */
export function leavesOf(value: unknown, path = ''): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, inner]) => leavesOf(inner, `${path}/${key}`));
}
