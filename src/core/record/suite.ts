import type { SweepFigures } from '../metrics/levels.ts';
import type { ThroughputWorkload } from '../plan/suites/suite.ts';
import type { RunRecord, RunStatus } from './run.ts';

export const suiteSchema = 'loadlens.suite/1';

/** What was benchmarked. */
export interface SuiteModel {
  readonly name: string;
  readonly url: string;
  /** `gpt2` and `mock`: started by the suite itself. */
  readonly server: 'gpt2' | 'mock' | 'url';
  /** Random weights; null when that is not known. */
  readonly synthetic: boolean | null;
  /** Precision of the weights; null when it is not known. */
  readonly dtype: string | null;
}

/** What a target of a suite can be about. */
export const suiteMetrics = [
  'single requests/s',
  'single tokens/s',
  'concurrent requests/s',
  'concurrent tokens/s',
  'failed requests',
] as const;
export type SuiteMetric = (typeof suiteMetrics)[number];

export const suiteOperators = ['>=', '<=', '>', '<', '='] as const;

/** A target: `single tokens/s > 20`. */
export interface SuiteTarget {
  readonly metric: SuiteMetric;
  readonly operator: (typeof suiteOperators)[number];
  readonly value: number;
}

/** What became of a target; `pass` is false where nothing was measured. */
export interface SuiteTargetResult extends SuiteTarget {
  readonly achieved: number | null;
  /** The level that achieved it, where that is not given. */
  readonly atConcurrency: number | null;
  readonly pass: boolean;
}

/** One level in the numbers of the reference. Rates and latency are of successes. */
export interface SuiteLevel {
  readonly concurrency: number;
  readonly requests: number;
  readonly requestsPerS: number | null;
  /** Null where the server does not tell how many tokens it sent. */
  readonly tokensPerS: number | null;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly durationS: number;
  readonly tokens: number;
  readonly failed: number;
  /** Of a server that Loadlens started: its share of one core, and its resident memory. */
  readonly cpuShare: number | null;
  readonly rssMiB: number | null;
}

/** A sentence that follows from the numbers, and the rule by which it does. */
export interface Finding {
  readonly text: string;
  readonly rule: string;
}

/** What an earlier result of the same suite said. */
export interface EarlierSuite {
  readonly id: string;
  readonly startedAt: string;
  readonly quick: boolean;
  readonly singleTokensPerS: number | null;
  readonly bestTokensPerS: number | null;
  readonly rssMiB: number | null;
}

/** The throughput suite: what was measured and all that follows. Schema: docs/loadlens.suite-1.schema.json. */
export interface ThroughputSuite {
  readonly schema: typeof suiteSchema;
  readonly suite: 'throughput';
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly status: RunStatus;
  /** As of a run. */
  readonly stopReason?: string;
  readonly model: SuiteModel;
  readonly workload: ThroughputWorkload;
  readonly levels: readonly SuiteLevel[];
  readonly figures: SweepFigures;
  readonly targets: readonly SuiteTargetResult[];
  readonly findings: readonly Finding[];
  readonly recommendations: readonly Finding[];
  readonly earlier: readonly EarlierSuite[];
  readonly files: readonly string[];
  /** The runs themselves, one for each level. */
  readonly runs: readonly RunRecord[];
}
