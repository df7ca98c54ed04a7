import type { ComparedMetric } from '../../comparison/compare-sides.ts';
import type { Direction } from '../../comparison/verdict.ts';
import type { Summary } from '../../metrics/types.ts';
import type { ComparisonSlice } from './comparison.ts';
import type { RunRecord } from '../run.ts';

/** A metric that sides can be compared by. */
interface MetricDefinition {
  /** As people call it. */
  readonly label: string;
  readonly unit: 'ms' | 'req/s' | 'tokens/s';
  readonly better: Direction;
  /** Its value in a run; null without one. Over successes: fast failures must not make a side look good. */
  readonly valueOf: (run: Summary) => number | null;
}

/** Every metric, in the order of tables. */
export const comparedMetrics = {
  throughput: {
    label: 'throughput',
    unit: 'req/s',
    better: 'higher',
    valueOf: (run) => run.successThroughputPerS,
  },
  p50: { label: 'p50', unit: 'ms', better: 'lower', valueOf: (run) => run.successLatencyMs.median },
  mean: { label: 'mean latency', unit: 'ms', better: 'lower', valueOf: (run) => run.successLatencyMs.mean },
  p90: { label: 'p90', unit: 'ms', better: 'lower', valueOf: (run) => run.successLatencyMs.p90 },
  p95: { label: 'p95', unit: 'ms', better: 'lower', valueOf: (run) => run.successLatencyMs.p95 },
  p99: { label: 'p99', unit: 'ms', better: 'lower', valueOf: (run) => run.successLatencyMs.p99 },
  ttft: { label: 'TTFT', unit: 'ms', better: 'lower', valueOf: (run) => run.ttftMs?.median ?? null },
  tpot: { label: 'TPOT', unit: 'ms', better: 'lower', valueOf: (run) => run.tpotMs?.median ?? null },
  tokens: { label: 'token throughput', unit: 'tokens/s', better: 'higher', valueOf: (run) => run.outputTokensPerS },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type ComparedMetricName = keyof typeof comparedMetrics;

/** Returns whether a text names a metric. */
export const isComparedMetric = (name: string): name is ComparedMetricName => Object.hasOwn(comparedMetrics, name);

/** Names of the metrics, in the order of tables. */
export const comparedMetricNames: readonly ComparedMetricName[] = Object.keys(comparedMetrics).filter(isComparedMetric);

/** Decisive unless the user names others. The second list is for streams only. */
const usuallyDecisive: readonly ComparedMetricName[] = ['throughput', 'p50', 'p95'];
const decisiveForStreams: readonly ComparedMetricName[] = ['ttft', 'tpot'];

/** Fewest requests of a slice for a percentile that isn't its maximum. */
const leastRequests: Partial<Record<ComparedMetricName, number>> = { p90: 10, p95: 20, p99: 100 };

/**
 * Returns the metrics that some slice has a value of, and those that were chosen.
 * @param chosen metrics to judge; the usual ones unless given
 */
export function metricsOf(
  slices: readonly ComparisonSlice[],
  chosen: readonly ComparedMetricName[] | undefined,
): (ComparedMetric & { readonly name: ComparedMetricName })[] {
  const has = (name: ComparedMetricName): boolean => slices.some(({ values }) => (values[name] ?? null) !== null);
  const decisive = chosen ?? [...usuallyDecisive, ...decisiveForStreams.filter(has)];
  return comparedMetricNames
    .filter((name) => decisive.includes(name) || has(name))
    .map((name) => ({ name, better: comparedMetrics[name].better, decisive: decisive.includes(name) }));
}

/** Returns the judged metrics whose percentile has too few requests in some slice, with the number needed. */
export function tooFewFor(
  slices: readonly ComparisonSlice[],
  decisive: readonly ComparedMetricName[],
): [name: ComparedMetricName, least: number][] {
  const fewest = Math.min(...slices.map(({ successes }) => successes));
  return decisive.flatMap((name): [ComparedMetricName, number][] => {
    const least = leastRequests[name];
    return least !== undefined && fewest < least ? [[name, least]] : [];
  });
}

/** Returns what a comparison keeps of a run. */
export function sliceOf(run: RunRecord): ComparisonSlice {
  const { startedAt, totalMs, requestsSent, responses, successes, statusCodes, bytesReceived } = run;
  return {
    startedAt,
    totalMs,
    requestsSent,
    responses,
    successes,
    statusCodes,
    bytes: bytesReceived,
    bound: run.client.bound ?? null,
    values: Object.fromEntries(comparedMetricNames.map((name) => [name, comparedMetrics[name].valueOf(run)])),
  };
}
