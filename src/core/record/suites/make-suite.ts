import { largestOf } from '../../extremes.ts';
import { sweepFigures } from '../../metrics/levels.ts';
import { findingsOf, recommendationsOf } from './suite-findings.ts';
import { defaultGoals, judgeGoals } from './suite-goals.ts';
import { suiteSchema, type EarlierSuite, type SuiteLevel, type SuiteGoal, type ThroughputSuite } from './suite.ts';
import type { RunRecord } from '../run.ts';

/** Parts of a throughput suite; the rest is computed. */
export type ThroughputParts = Pick<
  ThroughputSuite,
  'id' | 'startedAt' | 'status' | 'stopReason' | 'model' | 'workload' | 'runs' | 'earlier' | 'files'
> & { readonly targets?: readonly SuiteGoal[] };

/** Returns the record of a throughput suite: its runs and everything computed from them. */
export function makeThroughputSuite({ targets = defaultGoals, ...parts }: ThroughputParts): ThroughputSuite {
  const levels = parts.runs.map(suiteLevel);
  return { schema: suiteSchema, suite: 'throughput', ...parts, levels, ...derived(levels, targets) };
}

/** Returns everything computed from the numbers of the levels. */
export function derived(
  levels: readonly SuiteLevel[],
  wanted: readonly SuiteGoal[],
): Pick<ThroughputSuite, 'figures' | 'targets' | 'findings' | 'recommendations'> {
  const figures = sweepFigures(
    levels.map((level) => ({
      concurrency: level.concurrency,
      throughputPerS: level.requestsPerS,
      tokensPerS: level.tokensPerS,
      meanLatencyMs: level.meanMs,
      successRatio: level.requests === 0 ? null : 1 - level.failed / level.requests,
      sloAttainment: null,
      objectives: null,
      totals: null,
    })),
  );
  const targets = judgeGoals(wanted, levels);
  const numbers = { levels, figures, targets };
  return { figures, targets, findings: findingsOf(numbers), recommendations: recommendationsOf(numbers) };
}

/** Returns a run in the numbers of the reference. */
function suiteLevel(run: RunRecord): SuiteLevel {
  const { successLatencyMs: latency } = run;
  return {
    concurrency: run.plan.concurrency,
    requests: run.requestsSent,
    requestsPerS: run.successThroughputPerS,
    tokensPerS: run.outputTokensPerS,
    meanMs: latency.mean,
    p50Ms: latency.median,
    p95Ms: latency.p95,
    p99Ms: latency.p99,
    durationS: run.totalMs / 1000,
    tokens: run.outputTokens,
    failed: run.requestsSent - run.successes,
    cpuShare: run.server?.cpuShare ?? null,
    rssMiB: run.server?.rssMaxMiB ?? null,
  };
}

/** Returns the data that a later suite compares itself with. */
export function earlierFrom(suite: ThroughputSuite): EarlierSuite {
  const { id, startedAt, workload, levels } = suite;
  const rates = levels.map(({ tokensPerS }) => tokensPerS).filter((rate) => rate !== null);
  const memory = levels.map(({ rssMiB }) => rssMiB).filter((mib) => mib !== null);
  return {
    id,
    startedAt,
    quick: workload.quick,
    singleTokensPerS: levels.find(({ concurrency }) => concurrency === 1)?.tokensPerS ?? null,
    bestTokensPerS: rates.length === 0 ? null : largestOf(rates),
    rssMiB: memory.length === 0 ? null : largestOf(memory),
  };
}

/** Returns whether two results are comparable: same model, same precision, same server. */
export const isSameModel = (a: ThroughputSuite['model'], b: ThroughputSuite['model']): boolean =>
  a.name === b.name && a.dtype === b.dtype && a.server === b.server && (a.server !== 'url' || a.url === b.url);

/** Returns a file name like the reference's, `throughput_<model>_<YYYYMMDD>_<HHMMSS>`, in UTC. */
export function suiteFileName(kind: string, model: string, startedAt: string): string {
  const [day = '', time = ''] = startedAt.replaceAll(/[-:]/g, '').split('T');
  const name = model.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${kind}_${name === '' ? 'model' : name}_${day}_${time.slice(0, 6)}`;
}
