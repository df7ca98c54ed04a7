import type { Distribution, Numbers, QuantileName } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { workloadDifferences } from './compare-runs.ts';

/** A metric of a trend. */
interface TrendMetric {
  readonly label: string;
  readonly unit: 'ms' | 'req/s' | 'tokens/s';
  /** Value, and the ends of its 95% interval if it has one. */
  readonly of: (numbers: Numbers) => TrendValue | undefined;
}

/** A value, and the ends of its 95% interval if it has one. */
export type TrendValue = readonly [value: number, low?: number, high?: number];

const plain = (value: number | null | undefined): TrendValue | undefined =>
  typeof value === 'number' && value > 0 ? [value] : undefined;

function quantile(times: Distribution | undefined, name: QuantileName): TrendValue | undefined {
  const value = times?.[name];
  const interval = times?.interval95[name] ?? null;
  if (value === undefined || value === null || value <= 0) return undefined;
  return interval === null ? [value] : [value, interval[0], interval[1]];
}

/** Metrics of a trend, over successes: fast failures must not make a run look good. */
export const trendMetrics = {
  p95: { label: 'p95', unit: 'ms', of: (n) => quantile(n.successLatencyMs, 'p95') },
  p50: { label: 'p50', unit: 'ms', of: (n) => quantile(n.successLatencyMs, 'median') },
  p99: { label: 'p99', unit: 'ms', of: (n) => quantile(n.successLatencyMs, 'p99') },
  throughput: { label: 'throughput', unit: 'req/s', of: (n) => plain(n.successThroughputPerS) },
  ttft: { label: 'TTFT p50', unit: 'ms', of: (n) => quantile(n.ttftMs, 'median') },
  ttftP95: { label: 'TTFT p95', unit: 'ms', of: (n) => quantile(n.ttftMs, 'p95') },
  tpot: { label: 'TPOT p50', unit: 'ms', of: (n) => quantile(n.tpotMs, 'median') },
  tokens: { label: 'token throughput', unit: 'tokens/s', of: (n) => plain(n.outputTokensPerS) },
} as const satisfies Record<string, TrendMetric>;

export type TrendMetricName = keyof typeof trendMetrics;

const isMetric = (name: string): name is TrendMetricName => Object.hasOwn(trendMetrics, name);

/** Names of the metrics, the first one first. */
export const trendMetricNames: readonly TrendMetricName[] = Object.keys(trendMetrics).filter(isMetric);

/** A run of a trend. */
export interface TrendRun {
  readonly id: string;
  readonly startedAt: string;
  readonly commit?: string;
  readonly branch?: string;
  readonly dirty?: boolean;
  readonly values: Readonly<Partial<Record<TrendMetricName, TrendValue>>>;
  /** Values by target; absent for a run of one target, and with many targets. */
  readonly targets?: Readonly<Record<string, TrendRun['values']>>;
}

/** Runs of one file with the same workload, oldest first. */
export interface Trend {
  /** Id of the run that it was opened from. */
  readonly id: string;
  readonly name: string;
  readonly runs: readonly TrendRun[];
  /** Number of runs of the file with another workload or machine, which are left out. */
  readonly others: number;
}

const mostTargets = 20;

/**
 * Returns the complete runs of the same file with the workload of a run, oldest first.
 * @param runs the history
 */
export function trendOf(record: RunRecord, runs: readonly RunRecord[]): Trend {
  const ofFile = runs.filter(
    (run) => run.status === 'completed' && run.name === record.name && run.source?.file === record.source?.file,
  );
  const same = ofFile.filter((run) => workloadDifferences({ ...record, status: 'completed' }, run).length === 0);
  return {
    id: record.id,
    name: record.name,
    runs: same.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)).map(trendRun),
    others: ofFile.length - same.length,
  };
}

function trendRun({ id, startedAt, source, perTarget, ...run }: RunRecord): TrendRun {
  const { gitCommit, gitBranch, gitDirty } = source ?? {};
  return {
    id,
    startedAt,
    ...(gitCommit !== undefined && { commit: gitCommit }),
    ...(gitBranch !== undefined && { branch: gitBranch }),
    ...(gitDirty !== undefined && { dirty: gitDirty }),
    values: valuesOf(run),
    ...(perTarget.length > 1 &&
      perTarget.length <= mostTargets && {
        targets: Object.fromEntries(perTarget.map((numbers) => [numbers.name, valuesOf(numbers)])),
      }),
  };
}

const valuesOf = (numbers: Numbers): TrendRun['values'] =>
  Object.fromEntries(
    trendMetricNames.flatMap((name) => {
      const value = trendMetrics[name].of(numbers);
      return value === undefined ? [] : [[name, value]];
    }),
  );
