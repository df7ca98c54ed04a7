import { createRecorder, type RecorderOptions } from '../../../src/core/metrics/recorder.ts';
import type { Sample, Summary } from '../../../src/core/metrics/types.ts';

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
