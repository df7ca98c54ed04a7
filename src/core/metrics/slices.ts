import type { Timeline } from './types.ts';

/** One slice of a run for charts over time. */
export interface Slice {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly responses: number;
  readonly failures: number;
  readonly outputTokens: number;
}

/** A slice with the latency of its responses. */
export interface LatencySlice extends Slice {
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** Returns the slices of a timeline. The last one is as wide as the run reached into it. */
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

/**
 * Returns the slices for rates. A last slice narrower than a third is merged with its neighbor, because its rate would
 * be accidental. All throughput charts use these.
 */
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

/** Returns the rate of a slice, per second. */
export function perS(count: number, { widthMs }: Slice): number {
  return (count * 1000) / widthMs;
}
