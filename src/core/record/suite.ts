import type { SweepFigures } from '../metrics/levels.ts';
import type { ThroughputWorkload } from '../plan/suites/suite.ts';
import type { RunRecord, RunStatus } from './run.ts';

/** Schema name of a suite's record. */
export const suiteSchema = 'loadlens.suite/1';

/** The benchmarked model. */
export interface SuiteModel {
  readonly name: string;
  readonly url: string;
  /** `gpt2` and `mock`: started by the suite. */
  readonly server: 'gpt2' | 'mock' | 'url';
  /** Random weights; null if unknown. */
  readonly synthetic: boolean | null;
  /** Precision of the weights; null if unknown. */
  readonly dtype: string | null;
}

/** Metrics of goals. */
export const suiteMetrics = [
  'single requests/s',
  'single tokens/s',
  'concurrent requests/s',
  'concurrent tokens/s',
  'failed requests',
] as const;
/** A metric of goals. */
export type SuiteMetric = (typeof suiteMetrics)[number];

/** Operators of goals. */
export const suiteOperators = ['>=', '<=', '>', '<', '='] as const;

/** A goal, such as `single tokens/s > 20`. */
export interface SuiteGoal {
  readonly metric: SuiteMetric;
  readonly operator: (typeof suiteOperators)[number];
  readonly value: number;
}

/** Result of a goal; `pass` is false if nothing was measured. */
export interface SuiteGoalResult extends SuiteGoal {
  readonly achieved: number | null;
  /** Level that achieved the value; null if the metric already determines it. */
  readonly atConcurrency: number | null;
  readonly pass: boolean;
}

/** One level in the numbers of the reference. Rates and latency are of successes. */
export interface SuiteLevel {
  readonly concurrency: number;
  readonly requests: number;
  readonly requestsPerS: number | null;
  /** Null if the server doesn't report token counts. */
  readonly tokensPerS: number | null;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly durationS: number;
  readonly tokens: number;
  readonly failed: number;
  /** Server started by Loadlens: its share of one core, and its resident memory, MiB. */
  readonly cpuShare: number | null;
  readonly rssMiB: number | null;
}

/** A sentence derived from the numbers, and the rule behind it. */
export interface Finding {
  readonly text: string;
  readonly rule: string;
}

/** Summary of an earlier result of the same suite. */
export interface EarlierSuite {
  readonly id: string;
  readonly startedAt: string;
  readonly quick: boolean;
  readonly singleTokensPerS: number | null;
  readonly bestTokensPerS: number | null;
  readonly rssMiB: number | null;
}

/**
 * Result of the throughput suite: its runs and everything computed from them. Schema:
 * docs/loadlens.suite-1.schema.json.
 */
export interface ThroughputSuite {
  readonly schema: typeof suiteSchema;
  readonly suite: 'throughput';
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly status: RunStatus;
  /** See `RunRecord.stopReason`. */
  readonly stopReason?: string;
  readonly model: SuiteModel;
  readonly workload: ThroughputWorkload;
  readonly levels: readonly SuiteLevel[];
  readonly figures: SweepFigures;
  readonly targets: readonly SuiteGoalResult[];
  readonly findings: readonly Finding[];
  readonly recommendations: readonly Finding[];
  readonly earlier: readonly EarlierSuite[];
  readonly files: readonly string[];
  /** One run per level. */
  readonly runs: readonly RunRecord[];
}
