import { pairedEstimate } from '../../comparison/estimate.ts';
import type { ComparisonRecord } from '../../record/comparisons/comparison.ts';
import type { ChartContent } from '../charts/content.ts';
import type { Table } from '../tables/tables.ts';
import { intervalChart } from './comparison-charts.ts';
import { metricTable } from './comparison-tables.ts';

/** The changes that the pairs of a comparison in progress amount to. */
export interface ChangesSoFar {
  /** Null with too few pairs for an interval. */
  readonly chart: ChartContent | null;
  readonly table: Table;
}

/** Explains these intervals. A verdict allows for all looks, so its intervals are wider at first. */
const caveat = 'Intervals as if the comparison ended now. The verdict waits until it’s certain over all looks.';

/**
 * Returns the changes of all complete pairs, with the intervals that a comparison of as many pairs would have: they narrow with
 * each pair. Bonferroni's correction keeps them together at the level for the judged metrics.
 */
export function changesSoFar(record: ComparisonRecord): ChangesSoFar {
  const { a, b, level } = record;
  const judged = record.metrics.filter(({ decisive }) => decisive).length || 1;
  const metrics = record.metrics.map((metric): ComparisonRecord['metrics'][number] => {
    const values = a.slices.map((slice, pair) => [
      slice.values[metric.metric] ?? 0,
      b.slices[pair]?.values[metric.metric] ?? 0,
    ]);
    const isWhole = values.every((pair) => pair.every((value) => value > 0));
    const differences = values.map(([ofA = 1, ofB = 1]) => Math.log(ofB / ofA));
    const { effect, interval } = pairedEstimate(isWhole ? differences : [], level / judged);
    return {
      ...metric,
      ratio: Number.isNaN(effect) ? null : Math.exp(effect),
      interval: interval && [Math.exp(interval[0]), Math.exp(interval[1])],
      verdict: metric.decisive ? 'inconclusive' : null,
    };
  });
  const { pairs } = record;
  const now = { ...record, metrics, ...(pairs && { pairs: { ...pairs, judged: a.slices.length } }) };
  const { columns, rows, ...table } = metricTable(now);
  const shown = 'Smallest detectable';
  const chart = intervalChart(now);
  return {
    chart: chart && { ...chart, remark: caveat },
    table: {
      ...table,
      columns: columns.slice(0, columns.indexOf(shown)),
      rows: rows.map((row) => row.slice(0, columns.indexOf(shown))),
      note: 'A and B: median over slices, of successes.',
    },
  };
}
