import { largestOf } from '../extremes.ts';
import * as v from 'valibot';
import { LoadlensError } from '../errors.ts';
import { sweepFigures } from '../metrics/levels.ts';
import { readRecord } from './read-run.ts';
import { findingsOf, recommendationsOf } from './suite-findings.ts';
import { defaultGoals, judgeGoals } from './suite-goals.ts';
import { suiteMetrics, type SuiteGoal } from './suite.ts';
import { suiteSchema, type EarlierSuite, type SuiteLevel, type ThroughputSuite } from './suite.ts';
import type { RunRecord } from './run.ts';

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

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const numberOrNull = v.nullable(v.number());
const suite = v.object({
  schema: v.literal(suiteSchema),
  suite: v.literal('throughput'),
  id: v.string(),
  startedAt: v.string(),
  status: v.picklist(['completed', 'cancelled', 'crashed']),
  stopReason: v.exactOptional(v.string()),
  model: v.object({
    name: v.string(),
    url: v.string(),
    server: v.picklist(['gpt2', 'mock', 'url']),
    synthetic: v.nullable(v.boolean()),
    dtype: v.nullable(v.string()),
  }),
  workload: v.object({
    quick: v.boolean(),
    preset: v.exactOptional(v.literal('reference')),
    maxNewTokens: count,
    warmupRequests: count,
    prompts: v.array(v.string()),
    levels: v.array(v.object({ concurrency: count, requests: count })),
  }),
  targets: v.array(
    v.object({
      metric: v.picklist(suiteMetrics),
      operator: v.picklist(['>=', '<=', '>', '<', '=']),
      value: v.number(),
    }),
  ),
  earlier: v.array(
    v.object({
      id: v.string(),
      startedAt: v.string(),
      quick: v.boolean(),
      singleTokensPerS: numberOrNull,
      bestTokensPerS: numberOrNull,
      rssMiB: numberOrNull,
    }),
  ),
  files: v.array(v.string()),
  runs: v.array(v.unknown()),
});

/**
 * Returns a valid result of the throughput suite. Computes everything derived from the runs again.
 * @throws LoadlensError for an invalid one
 */
export function readThroughputSuite(json: unknown): ThroughputSuite {
  const result = v.safeParse(suite, json);
  if (result.success) return makeThroughputSuite({ ...result.output, runs: result.output.runs.map(readRecord) });
  const [issue] = result.issues;
  throw new LoadlensError(
    `This is no result of the throughput suite, or it is damaged at ${v.getDotPath(issue) ?? 'its root'}.`,
    {
      hint: 'Choose a JSON file that loadlens suite throughput has written.',
    },
  );
}

/** Returns a file name like the reference's, `throughput_<model>_<YYYYMMDD>_<HHMMSS>`, in UTC. */
export function suiteFileName(kind: string, model: string, startedAt: string): string {
  const [day = '', time = ''] = startedAt.replaceAll(/[-:]/g, '').split('T');
  const name = model.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${kind}_${name === '' ? 'model' : name}_${day}_${time.slice(0, 6)}`;
}
