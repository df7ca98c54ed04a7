import type { Slice } from '../../../src/core/metrics/slices.ts';
import { formatCount, formatS } from '../../../src/core/format.ts';
import type { TimeMark } from '../../../src/core/report/server-gone.ts';
import type { ChartContent } from './figure.ts';
import type { AxisText } from './options.ts';

/** Where a slice is drawn: its middle, seconds since the start. */
export function middleS(slice: Slice): number {
  return (slice.fromMs + slice.widthMs / 2) / 1000;
}

/** The axis of a run that has come this far. */
export function timeAxis(untilMs: number): AxisText {
  return { title: 'Time since the start', format: formatS, min: 0, max: untilMs / 1000 || 1 };
}

/** Adds the moments to mark to what a chart over time shows, as lines and in words. */
export function marked(marks: readonly TimeMark[], content: ChartContent): ChartContent {
  if (marks.length === 0) return content;
  return {
    ...content,
    summary: [content.summary, ...marks.map(({ sentence }) => sentence)].join(' '),
    markers: marks.map(({ atMs, label }) => ({ x: atMs / 1000, label })),
  };
}

/** How coarse the chart is, in words. */
export function sliceWords(whole: readonly Slice[]): string {
  const first = whole[0];
  if (first === undefined) return '';
  const width = formatS(first.widthMs / 1000).replace(/\.0+ /, ' ');
  const mean = whole.reduce((sum, slice) => sum + slice.responses, 0) / whole.length;
  return mean < 1
    ? `Slices of ${width}`
    : `Slices of ${width}, on average ${mean < 10 ? mean.toFixed(1) : formatCount(mean)} responses each`;
}

/** Smallest and largest of what is there. */
export function extremes(values: readonly (number | null)[]): { readonly min: number; readonly max: number } | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : { min: Math.min(...present), max: Math.max(...present) };
}
