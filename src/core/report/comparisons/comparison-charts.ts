import type { VerdictName } from '../../comparison/verdict.ts';
import { isComparedMetric } from '../../record/comparisons/compared-metrics.ts';
import { changeText, intervalText, labelOf, thresholdText } from '../../record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord, ComparisonSlice } from '../../record/comparisons/comparison.ts';
import { capital, countOf, formatCount, formatPercent, noValue } from '../../format.ts';
import { namedAxis, spreadAxis, ticksBetween, valueAxis } from '../charts/axes.ts';
import type { ChartAxis, ChartContent, Point, Series, SeriesColor } from '../charts/content.ts';
import { metricTable, quantileOf, titleOf, valueText } from './comparison-tables.ts';

type Metric = ComparisonRecord['metrics'][number];

/** Groups of intervals, distinguished by color and name. */
const groups: readonly {
  readonly label: string;
  readonly color: SeriesColor;
  readonly of: readonly (VerdictName | null)[];
}[] = [
  { label: 'Better', color: 'green', of: ['better'] },
  { label: 'Worse', color: 'red', of: ['worse'] },
  { label: 'Same', color: 'blue', of: ['same'] },
  { label: 'Open', color: 'yellow', of: ['changed', 'inconclusive'] },
  { label: 'Not judged', color: 'purple', of: [null] },
];

/**
 * Returns the interval of each metric's change, with the threshold as a band: a forest plot. Null without an interval.
 * Factors that cancel each other are equally far from no change.
 */
export function intervalChart(record: ComparisonRecord): ChartContent | null {
  const { metrics, threshold } = record;
  const drawn = metrics
    .filter(({ ratio, interval }) => ratio !== null && interval !== null)
    .toSorted((one, other) => Number(other.decisive) - Number(one.decisive));
  if (drawn.length === 0) return null;
  const names = drawn.map(({ metric }) => titleOf(metric)).toReversed();
  const place = (index: number): number => drawn.length - 1 - index;
  const series = groups.flatMap(({ label, color, of }): Series[] => {
    const points = drawn.flatMap(({ verdict, ratio, interval, metric }, index): Point[] =>
      of.includes(verdict) && ratio !== null && interval !== null
        ? [
            {
              x: Math.log(ratio),
              y: place(index),
              low: Math.log(interval[0]),
              high: Math.log(interval[1]),
              note: `${titleOf(metric)} ${changeText(ratio)}, interval ${intervalText(interval)}`,
            },
          ]
        : [],
    );
    return points.length === 0 ? [] : [{ label, color, look: 'dots', dots: true, points }];
  });
  const ends = drawn.flatMap(({ interval }) => interval ?? []);
  const limit = thresholdText(threshold);
  const title = 'Change of B against A';
  return {
    title,
    summary: `${drawn.map((metric) => forestSentence(metric)).join(' ')} Threshold: ${limit}.`,
    series,
    x: changeAxis([...ends, 1 + threshold, 1 / (1 + threshold)]),
    y: namedAxis('', names),
    markers: [{ x: 0, label: 'no change' }],
    band: { from: -Math.log1p(threshold), to: Math.log1p(threshold), label: `Within the ${limit} threshold` },
    remark: `Intervals hold together at ${formatPercent(1 - record.level)} for the judged metrics.`,
    table: metricTable(record),
  };
}

const forestSentence = ({ metric, ratio, interval, verdict }: Metric): string =>
  `${titleOf(metric)}: ${ratio === null ? noValue : changeText(ratio)}${interval === null ? '' : ` (${intervalText(interval)})`}, ${verdict ?? 'not judged'}.`;

const changeAt = (place: number): string => changeText(Math.exp(place));

/** The axis of changes: places are logarithms of B / A. */
function changeAxis(ratios: readonly number[]): ChartAxis {
  const [least, most] = [Math.min(1, ...ratios), Math.max(1, ...ratios)];
  const room = 0.06 * (Math.log(most) - Math.log(least) || 0.1);
  const [min, max] = [Math.log(least) - room, Math.log(most) + room];
  return {
    title: 'Change of B against A',
    min,
    max,
    ticks: apart(
      ticksBetween(Math.exp(min) - 1, Math.exp(max) - 1)
        .filter((change) => change > -0.999)
        .map((change) => Math.log1p(change)),
      0.12 * (max - min),
    ),
    tick: (place) => changeAt(place).replace(/\.0(?=[%×])/, ''),
    text: changeAt,
  };
}

/** Returns the ticks that are this far from each other, 0 among them: equal steps of change crowd on one side. */
function apart(ticks: readonly number[], distance: number): number[] {
  const kept: number[] = ticks.filter((tick) => tick === 0);
  for (const tick of ticks.toSorted((a, b) => Math.abs(a) - Math.abs(b))) {
    if (kept.every((other) => Math.abs(other - tick) >= distance)) kept.push(tick);
  }
  return kept.toSorted((a, b) => a - b);
}

const sides = [
  { key: 'a', label: 'A', color: 'blue', look: 'line' },
  { key: 'b', label: 'B', color: 'yellow', look: 'dashed' },
] as const;

/** Returns the values of both sides in the order of measurement, so that drift is visible; null without values. */
export function sliceChart(record: ComparisonRecord, metric: string): ChartContent | null {
  const { pairs, a, b } = record;
  const count = Math.max(a.slices.length, b.slices.length);
  const values = valuesOf(record, metric);
  const all = [...values.a, ...values.b].filter((value) => value !== null);
  if (all.length === 0) return null;
  const unit = pairs ? 'Pair' : 'Run';
  const title = `${titleOf(metric)} ${pairs ? 'pair by pair' : 'run by run'}`;
  const unjudged = pairs ? count - pairs.judged : 0;
  const span = ([first, last]: readonly [number | undefined, number | undefined]): string =>
    `${valueText(metric, first ?? null)} to ${valueText(metric, last ?? null)}`;
  const range = (of: readonly (number | null)[]): string => {
    const known = of.filter((value) => value !== null);
    return known.length === 0 ? noValue : span([Math.min(...known), Math.max(...known)]);
  };
  return {
    title,
    summary: `A: ${range(values.a)}. B: ${range(values.b)}. ${countOf(count, unit.toLowerCase())} in order.`,
    series: sides.map(({ key, label, color, look }) => ({
      label,
      color,
      look,
      dots: true,
      points: values[key].map((y, i) => ({ x: i + 1, y, ...noteOf(record[key].slices[i], pairs?.order[i] === key) })),
    })),
    x: {
      title: `${unit}, in order`,
      min: 0.5,
      max: count + 0.5,
      ticks: ticksBetween(1, Math.max(2, count), 10).filter((tick) => Number.isInteger(tick)),
      tick: formatCount,
      text: (place) => `${unit} ${formatCount(place)}`,
    },
    y: spreadAxis(titleOf(metric), all, (value, digits) => valueText(metric, value, digits)),
    ...(pairs && unjudged > 0 && pairs.judged > 0 ? { markers: [{ x: pairs.judged + 0.5, label: 'last look' }] } : {}),
    remark: `${unjudged > 0 && pairs ? `${countOf(unjudged, 'pair')} after the last look, not judged. ` : ''}The axis doesn't start at 0.`,
    table: {
      title,
      columns: [unit, 'A', 'B', 'Change', ...(pairs ? ['First'] : [])],
      words: ['First'],
      rows: Array.from({ length: count }, (_, i) => {
        const [ofA, ofB] = [values.a[i] ?? null, values.b[i] ?? null];
        return [
          String(i + 1),
          valueText(metric, ofA),
          valueText(metric, ofB),
          // Stored runs aren't pairs.
          pairs && ofA !== null && ofB !== null && ofA > 0 ? changeText(ofB / ofA) : noValue,
          ...(pairs ? [(pairs.order[i] ?? '').toUpperCase()] : []),
        ];
      }),
    },
  };
}

function noteOf(slice: ComparisonSlice | undefined, first: boolean): { note?: string } {
  if (slice === undefined) return {};
  const limited = { client: ', client-limited', machine: ', noisy machine', none: '' }[slice.bound ?? 'none'];
  return { note: `${countOf(slice.requestsSent, 'request')}${first ? ', sent first' : ''}${limited}` };
}

/** Returns how the values of the slices, or runs, of both sides are distributed: the share at or below each value. */
export function spreadChart(record: ComparisonRecord, metric: string): ChartContent | null {
  const values = valuesOf(record, metric);
  const sorted = { a: sortedOf(values.a), b: sortedOf(values.b) };
  const all = [...sorted.a, ...sorted.b];
  if (all.length < 2) return null;
  const noun = record.pairs ? 'slices' : 'runs';
  const title = `Distribution of ${labelOf(metric)} over ${noun}`;
  const x = spreadAxis(titleOf(metric), all, (value, digits) => valueText(metric, value, digits));
  const row = (label: string, of: readonly number[]): string[] => [
    label,
    formatCount(of.length),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => valueText(metric, quantileOf(of, share))),
  ];
  return {
    title,
    summary: sides
      .map(
        ({ key, label }) =>
          `${label}: half of the ${noun} at most ${valueText(metric, quantileOf(sorted[key], 0.5))}, from ${valueText(metric, sorted[key][0] ?? null)} to ${valueText(metric, sorted[key].at(-1) ?? null)}.`,
      )
      .join(' '),
    series: sides.map(({ key, label, color, look }) => ({
      label,
      color,
      look,
      shape: 'steps',
      points: cumulative(sorted[key], x),
    })),
    x,
    y: valueAxis(`Share of ${noun} at or below`, 1, formatPercent, 0),
    table: {
      title,
      columns: ['Side', capital(noun), 'Min', 'p25', 'p50', 'p75', 'Max'],
      rows: [row('A', sorted.a), row('B', sorted.b)],
    },
  };
}

/** The share of values up to each, from the left end of the axis to its right end. */
function cumulative(sorted: readonly number[], { min, max }: ChartAxis): Point[] {
  if (sorted.length === 0) return [];
  return [
    { x: min, y: 0 },
    ...sorted.map((x, i) => ({
      x,
      y: (i + 1) / sorted.length,
      note: `${formatCount(i + 1)} of ${formatCount(sorted.length)}`,
    })),
    { x: max, y: 1 },
  ];
}

const sortedOf = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null).toSorted((x, y) => x - y);

const valuesOf = ({ a, b }: ComparisonRecord, metric: string): Record<'a' | 'b', (number | null)[]> => {
  const of = (slices: readonly ComparisonSlice[]): (number | null)[] =>
    slices.map(({ values }) => values[metric] ?? null);
  return { a: of(a.slices), b: of(b.slices) };
};

/** Returns the metrics that charts can be drawn of, the judged ones first. */
export function chartedMetrics({
  metrics,
  a,
  b,
}: ComparisonRecord): { readonly metric: string; readonly title: string }[] {
  return metrics
    .filter(
      ({ metric }) =>
        isComparedMetric(metric) && [...a.slices, ...b.slices].some(({ values }) => (values[metric] ?? null) !== null),
    )
    .toSorted((one, other) => Number(other.decisive) - Number(one.decisive))
    .map(({ metric }) => ({ metric, title: titleOf(metric) }));
}
