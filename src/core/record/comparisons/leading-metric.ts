import type { VerdictName } from '../../comparison/verdict.ts';
import type { ComparisonRecord } from './comparison.ts';

type Metric = ComparisonRecord['metrics'][number];

/**
 * Returns the metric that a sentence or chart names first: of those whose verdict is that of the comparison, the one that
 * the objectives name first, else the most precise one. Undefined if none has that verdict.
 *
 * Not the one with the largest change: of several metrics with about the same change, that is often the noisiest one.
 */
export function leadingMetric(
  { metrics, plan, verdict }: Pick<ComparisonRecord, 'metrics' | 'plan' | 'verdict'>,
  name: VerdictName | null = verdict.name,
): Metric | undefined {
  const judged = metrics.filter((metric) => metric.decisive && metric.verdict === name);
  // An open verdict is due to the least precise one.
  if (name === 'inconclusive') return judged.toSorted((one, other) => findable(other) - findable(one))[0];
  const named = plan.objectives.map(({ metric }) => metricOf(metric));
  const wanted = named.find((one) => judged.some(({ metric }) => metric === one));
  return (
    judged.find(({ metric }) => metric === wanted) ??
    judged.toSorted((one, other) => relativeWidth(one) - relativeWidth(other))[0]
  );
}

/** Returns the metric whose change and charts come first: the one that the verdict names, else the first judged one. */
export function headlineMetric(record: ComparisonRecord): Metric | undefined {
  const { metrics } = record;
  return leadingMetric(record) ?? metrics.find(({ decisive }) => decisive) ?? metrics[0];
}

const findable = ({ smallestFindable }: Metric): number => smallestFindable ?? Infinity;

/** Objectives may limit other percentiles of a time: TTFT is compared by its median. */
const metricOf = (objective: string): string => objective.replace(/\.p[\d.]+$/, '');

/** Width of the interval relative to the change, both of logarithms. */
function relativeWidth({ ratio, interval }: Metric): number {
  return ratio === null || interval === null
    ? Infinity
    : Math.log(interval[1] / interval[0]) / Math.abs(Math.log(ratio));
}
