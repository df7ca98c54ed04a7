import { t } from '@vscode/l10n';
import type { Timeline } from '../../src/core/metrics/types.ts';
import { formatCount, formatS } from '../../src/core/report/format.ts';

/** One slice of a run, as the charts over time draw it. */
export interface Slice {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly responses: number;
  readonly failures: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/**
 * The slices of a timeline. The last one is rarely full: it is as wide as the run reached into it, and left out when that
 * is less than a third of a slice, where a rate would be an accident.
 */
export function slices({ widthMs, responses, failures, medianMs, p95Ms }: Timeline, untilMs: number): Slice[] {
  return responses.flatMap((count, i) => {
    const fromMs = i * widthMs;
    const covered = Math.min(widthMs, untilMs - fromMs);
    if (i > 0 && covered < widthMs / 3) return [];
    return [
      {
        fromMs,
        widthMs: covered > 0 ? covered : widthMs,
        responses: count,
        failures: failures[i] ?? 0,
        medianMs: medianMs[i] ?? null,
        p95Ms: p95Ms[i] ?? null,
      },
    ];
  });
}

const enoughResponses = 25;
const fewSlices = 8;

/**
 * Neighbours put together, so that a rate stands on some 25 responses and not on chance. Counts can be added up exactly;
 * quantiles can not, so charts of latency keep the slices as they are.
 */
export function mergedSlices(whole: readonly Slice[]): readonly Slice[] {
  const responses = whole.reduce((sum, slice) => sum + slice.responses, 0);
  const wanted = Math.max(fewSlices, Math.ceil(responses / enoughResponses));
  const together = Math.max(1, Math.round(whole.length / wanted));
  if (together === 1) return whole;
  const groups: Slice[][] = [];
  for (let i = 0; i < whole.length; i += together) {
    const group = whole.slice(i, i + together);
    // A rest that is short would be an accident again: it goes to the group before.
    if (group.length < together / 2) groups.at(-1)?.push(...group);
    else groups.push(group);
  }
  return groups.map((group) => group.reduce(joined));
}

function joined(a: Slice, b: Slice): Slice {
  return {
    fromMs: a.fromMs,
    widthMs: a.widthMs + b.widthMs,
    responses: a.responses + b.responses,
    failures: a.failures + b.failures,
    medianMs: null,
    p95Ms: null,
  };
}

/** How many of a slice's requests there were in a second. */
export function perS(count: number, { widthMs }: Slice): number {
  return (count * 1000) / widthMs;
}

/** Where a slice is drawn: its middle, seconds since the start. */
export function middleS(slice: Slice): number {
  return (slice.fromMs + slice.widthMs / 2) / 1000;
}

/** How coarse the chart is, in words. */
export function sliceWords(whole: readonly Slice[]): string {
  const first = whole[0];
  if (first === undefined) return '';
  const width = formatS(first.widthMs / 1000).replace(/\.0+ /, ' ');
  const mean = whole.reduce((sum, slice) => sum + slice.responses, 0) / whole.length;
  return mean < 1
    ? t('Slices of {0}', width)
    : t('Slices of {0}, on average {1} responses each', width, mean < 10 ? mean.toFixed(1) : formatCount(mean));
}

/** Smallest and largest of what is there. */
export function extremes(values: readonly (number | null)[]): { readonly min: number; readonly max: number } | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : { min: Math.min(...present), max: Math.max(...present) };
}
