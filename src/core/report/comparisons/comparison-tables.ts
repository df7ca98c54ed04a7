import { isSettled } from '../../comparison/verdict.ts';
import { quantile, rankedSamples } from '../../metrics/statistics/quantiles.ts';
import { comparedMetrics, isComparedMetric } from '../../record/comparisons/compared-metrics.ts';
import { changeText, intervalText, labelOf, sizeOfChange } from '../../record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord, ComparisonServer, ComparisonSlice } from '../../record/comparisons/comparison.ts';
import { refText } from '../../record/comparisons/side-names.ts';
import {
  capital,
  countOf,
  formatMs,
  formatPercent,
  formatRate,
  formatUtc,
  noValue,
  withoutZeros,
  formatS,
} from '../../format.ts';
import type { Table } from '../tables/tables.ts';
import { loadText } from '../words/load-words.ts';
import { sourceText } from '../words/facts.ts';

/** Returns the metrics with their changes, the judged ones first. */
export function metricTable(record: ComparisonRecord): Table {
  const { metrics, a, b, kind } = record;
  const judged = record.pairs?.judged;
  const [ofA, ofB] = [a.slices.slice(0, judged), b.slices.slice(0, judged)];
  return {
    title: 'Metrics',
    columns: ['Metric', 'A', 'B', 'Change', 'Interval', 'Smallest detectable', 'Verdict'],
    words: ['Verdict'],
    rows: [...metrics]
      .toSorted((one, other) => Number(other.decisive) - Number(one.decisive))
      .map(({ metric, ratio, interval, smallestFindable, verdict }) => [
        titleOf(metric),
        valueText(metric, medianOf(ofA, metric)),
        valueText(metric, medianOf(ofB, metric)),
        ratio === null ? noValue : changeText(ratio),
        interval === null ? noValue : intervalText(interval),
        detectableText({ smallestFindable, verdict }),
        verdict ?? 'not judged',
      ]),
    note: `A and B: median over ${kind === 'interleaved' ? 'slices' : 'runs'}, of successes. Intervals hold together at ${formatPercent(1 - record.level)} for the judged metrics.`,
  };
}

/** Returns the smallest detectable change of a metric that isn't settled. */
export const detectableText = ({
  smallestFindable,
  verdict,
}: Pick<ComparisonRecord['metrics'][number], 'smallestFindable' | 'verdict'>): string =>
  smallestFindable === null || (verdict !== null && isSettled(verdict)) ? noValue : sizeOfChange(1 + smallestFindable);

/** Returns every pair in order, or every run of both sides. */
export function sliceTable(record: ComparisonRecord): Table {
  const { a, b, pairs } = record;
  const names = record.metrics.flatMap(({ metric, decisive }) => (decisive ? [metric] : []));
  const cells = (slice: ComparisonSlice | undefined): string[] =>
    names.map((name) => (slice ? valueText(name, slice.values[name] ?? null) : noValue));
  const columns = (side: string): string[] => names.map((name) => `${side} ${labelOf(name)}`);
  const rows = Array.from({ length: Math.max(a.slices.length, b.slices.length) }, (_, i) => [
    String(i + 1),
    ...(pairs ? [pairs.order[i] === 'b' ? 'B, A' : 'A, B'] : []),
    ...cells(a.slices[i]),
    ...cells(b.slices[i]),
  ]);
  return {
    title: pairs ? 'Pairs' : 'Runs',
    columns: [pairs ? 'Pair' : 'Run', ...(pairs ? ['Order'] : []), ...columns('A'), ...columns('B')],
    words: ['Order'],
    rows,
  };
}

/** Returns what was compared and how. */
export function comparisonFacts(record: ComparisonRecord): [label: string, value: string][] {
  const { a, b, pairs, plan, failures, environment, source, kind } = record;
  const side = ({ variables, slices }: ComparisonRecord['a']): string => {
    const requests = slices.reduce((sum, { requestsSent }) => sum + requestsSent, 0);
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return [
      ...set,
      `${countOf(requests, 'request')} in ${countOf(slices.length, kind === 'kept' ? 'run' : 'slice')}`,
    ].join(', ');
  };
  const servers = (['a', 'b'] as const).flatMap((side): [string, string][] => {
    const { server } = record[side];
    return server === undefined ? [] : [[`server of ${side.toUpperCase()}`, serverText(server)]];
  });
  const length = plan.durationS === null ? '' : ` of ${withoutZeros(formatS(plan.durationS))}`;
  return [
    ['A', side(a)],
    ['B', side(b)],
    ...servers,
    ['failed', `A ${formatPercent(failures.a)}, B ${formatPercent(failures.b)}`],
    ...(pairs
      ? ([
          [
            'pairs',
            `${pairs.order.length} of at most ${pairs.planned}, ${pairs.judged} judged, slices${length}, order at random (seed ${plan.seed})`,
          ],
          [
            'excluded',
            `a slice of each side before the first pair, and ${countOf(plan.warmup, 'request')} before each slice`,
          ],
        ] satisfies [string, string][])
      : []),
    ['load', loadText(plan)],
    ['status', record.status === 'cancelled' ? 'canceled' : record.status],
    ...(record.stopReason === undefined ? [] : ([['reason', record.stopReason]] satisfies [string, string][])),
    ...(source === null ? [] : ([['file', sourceText(source)]] satisfies [string, string][])),
    ['started', formatUtc(record.startedAt)],
    ['machine', `${environment.host}, ${environment.os}, ${environment.cpu}, ${countOf(environment.cores, 'core')}`],
    ['Loadlens', `${environment.loadlens}, Node ${environment.node}`],
  ];
}

/** `main (1a2b3c4d): npm start, after npm ci`. */
function serverText({ ref, commit, modified, command, build }: ComparisonServer): string {
  const state = commit === undefined ? '' : ` (${commit.slice(0, 8)}${modified === true ? ', modified' : ''})`;
  return `${refText(ref)}${state}: ${command}${build === undefined ? '' : `, after ${build}`}`;
}

/** Returns the name of a metric as a label at the start of a row; p95 stays p95. */
export const titleOf = (metric: string): string => (/^p\d/.test(metric) ? metric : capital(labelOf(metric)));

/** Formats a value of a metric with its unit, with 3 significant digits by default. */
export function valueText(metric: string, value: number | null, digits = 3): string {
  if (!isComparedMetric(metric)) return noValue;
  const { unit } = comparedMetrics[metric];
  if (unit === 'ms') return formatMs(value, digits);
  if (digits > 3 && value !== null) return `${String(Number(value.toPrecision(digits)))} ${unit}`;
  return formatRate(value, unit === 'req/s' ? 'req' : 'tokens');
}

/** Returns the median of a metric over slices or runs. */
export const medianOf = (slices: readonly ComparisonSlice[], metric: string): number | null =>
  quantileOf(
    slices.flatMap(({ values }) => values[metric] ?? []).toSorted((x, y) => x - y),
    0.5,
  );

/** Returns a quantile of values in ascending order; null without values. */
export const quantileOf = (sorted: readonly number[], share: number): number | null =>
  quantile(rankedSamples(sorted), share);
