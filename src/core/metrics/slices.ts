import type { Timeline } from './types.ts';

/** One slice of a run, as the charts over time draw it. */
export interface Slice {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly responses: number;
  readonly failures: number;
  readonly outputTokens: number;
}

/** The same with the latency of its responses. */
export interface LatencySlice extends Slice {
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** The slices of a timeline. The last one is rarely full: it is as wide as the run reached into it. */
export function slices(
  { widthMs, responses, failures, medianMs, p95Ms, outputTokens }: Timeline,
  untilMs: number,
): LatencySlice[] {
  return responses.map((count, i) => {
    const fromMs = i * widthMs;
    const covered = Math.min(widthMs, untilMs - fromMs);
    return {
      fromMs,
      widthMs: covered > 0 ? covered : widthMs,
      responses: count,
      failures: failures[i] ?? 0,
      outputTokens: outputTokens?.[i] ?? 0,
      medianMs: medianMs[i] ?? null,
      p95Ms: p95Ms[i] ?? null,
    };
  });
}

/** The slices for rates: where the last is narrower than a third of a slice, its rate would be an accident, and it is one with its neighbor. Every chart of throughput draws these. */
export function rateSlices(timeline: Timeline, untilMs: number): Slice[] {
  const all = slices(timeline, untilMs);
  const [before, last] = all.slice(-2);
  if (before === undefined || last === undefined || last.widthMs >= timeline.widthMs / 3) return all;
  const both = {
    fromMs: before.fromMs,
    widthMs: before.widthMs + last.widthMs,
    responses: before.responses + last.responses,
    failures: before.failures + last.failures,
    outputTokens: before.outputTokens + last.outputTokens,
  };
  return [...all.slice(0, -2), both];
}

/** How many of a slice's requests there were in a second. */
export function perS(count: number, { widthMs }: Slice): number {
  return (count * 1000) / widthMs;
}
