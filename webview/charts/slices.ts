import type { Timeline } from '../../src/core/metrics/types.ts';

/** One slice of a run, as the charts over time draw it. */
export interface Slice {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly responsesPerS: number;
  readonly failuresPerS: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/**
 * The slices of a timeline. The last one is rarely full: its rates refer to the time that it covers, and it is left out
 * when that is less than a third of a slice, where a rate would be an accident.
 */
export function slices(timeline: Timeline, untilMs: number): Slice[] {
  const { widthMs, responses, failures, medianMs, p95Ms } = timeline;
  return responses.flatMap((count, i) => {
    const fromMs = i * widthMs;
    const covered = Math.min(widthMs, untilMs - fromMs);
    if (i > 0 && covered < widthMs / 3) return [];
    const perS = 1000 / (covered > 0 ? covered : widthMs);
    return [
      {
        fromMs,
        widthMs: covered,
        responsesPerS: count * perS,
        failuresPerS: (failures[i] ?? 0) * perS,
        medianMs: medianMs[i] ?? null,
        p95Ms: p95Ms[i] ?? null,
      },
    ];
  });
}

/** Where a slice is drawn: its middle, seconds since the start. */
export function middleS(slice: Slice): number {
  return (slice.fromMs + slice.widthMs / 2) / 1000;
}

/** Smallest and largest of what is there. */
export function extremes(values: readonly (number | null)[]): { readonly min: number; readonly max: number } | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : { min: Math.min(...present), max: Math.max(...present) };
}
