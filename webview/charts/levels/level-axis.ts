import type { SweepRecord } from '../../../src/core/record/sweep.ts';
import { kneeOf, succeeds } from '../../../src/core/metrics/levels.ts';
import { formatCount, formatNumber } from '../../../src/core/format.ts';
import type { Limit, Marker } from '../kit/markers.ts';
import type { AxisText } from '../kit/options.ts';

/** The levels of a sweep or a suite, and what follows from them. */
export type Levels = Pick<SweepRecord, 'levels' | 'figures'>;

/** Returns the position of a concurrency on a logarithmic axis: levels double. */
export const levelPosition = (concurrency: number): number => Math.log2(concurrency);

const concurrencyAt = (x: number): string => formatCount(Math.round(2 ** x));

/** The axis of concurrency, with a tick at each level. */
export function levelAxis({ levels }: Levels): AxisText {
  const places = [...new Set(levels.map(({ plan }) => levelPosition(plan.concurrency)))];
  return {
    title: 'Concurrency',
    format: concurrencyAt,
    pointed: (x) => `concurrency ${concurrencyAt(x)}`,
    min: Math.min(...places, ...(places.length === 0 ? [0] : [])) - 0.2,
    max: Math.max(...places, ...(places.length === 0 ? [1] : [])) + 0.2,
    ticks: places,
  };
}

/** The concurrencies that stand out, each with its name. */
export function levelMarkers(levels: Levels): Marker[] {
  const named = new Map<number, string[]>();
  const name = (concurrency: number | null, words: string): void => {
    if (concurrency !== null) named.set(concurrency, [...(named.get(concurrency) ?? []), words]);
  };
  name(levels.figures.recommended.concurrency, 'recommended');
  name(knee(levels), 'knee');
  const peak = levels.figures.usl?.peakConcurrency ?? null;
  const tested = Math.max(...levels.levels.map(({ plan }) => plan.concurrency));
  // A peak beyond the last level would lie outside of the chart.
  name(peak !== null && peak <= tested ? peak : null, 'peak');
  return [...named]
    .toSorted(([a], [b]) => a - b)
    .map(([concurrency, words]) => ({
      x: levelPosition(concurrency),
      label: `${words.join(', ')} ${concurrencyWords(concurrency)}`,
    }));
}

/** The lines of a chart that stand for no level, for those who do not see them. */
export function markedWords(markers: readonly Marker[], limits: readonly Limit[] = []): string {
  const names = [...markers, ...limits].map(({ label }) => label);
  return names.length === 0 ? '' : `Marked: ${names.join('; ')}.`;
}

/** Returns a concurrency as text. The peak of a curve isn't always a whole number. */
export function concurrencyWords(concurrency: number | null): string {
  return concurrency !== null && Number.isInteger(concurrency) ? formatCount(concurrency) : formatNumber(concurrency);
}

/** The level with the most throughput for its latency, both of successes, among those that did not fail much. */
export function knee({ levels }: Levels): number | null {
  return kneeOf(
    levels.filter(succeeds).map(({ plan, successThroughputPerS, successLatencyMs }) => ({
      concurrency: plan.concurrency,
      throughputPerS: successThroughputPerS,
      meanLatencyMs: successLatencyMs.mean,
    })),
  );
}
