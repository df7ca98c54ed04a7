import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type {
  findingSchema,
  latencyCellResultSchema,
  latencySuiteSchema,
  meanSdSchema,
  memorySuiteSchema,
  suiteLevelSchema,
  suiteGoalResultSchema,
  throughputSuiteSchema,
} from '../schemas/suite-record-schemas.ts';
import type { earlierSuiteSchema, suiteModelSchema, suiteGoalSchema } from '../schemas/suite-schema.ts';

/** Schema name of a suite's record. */
export const suiteSchema = 'loadlens.suite/1';

/** The benchmarked model. */
export type SuiteModel = Frozen<v.InferOutput<typeof suiteModelSchema>>;

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
export type SuiteGoal = Frozen<v.InferOutput<typeof suiteGoalSchema>>;

/** Result of a goal; `pass` is false if nothing was measured. */
export type SuiteGoalResult = Frozen<v.InferOutput<typeof suiteGoalResultSchema>>;

/** One level in the numbers of the reference. Rates and latency are of successes. */
export type SuiteLevel = Frozen<v.InferOutput<typeof suiteLevelSchema>>;

/** A sentence derived from the numbers, and the rule behind it. */
export type Finding = Frozen<v.InferOutput<typeof findingSchema>>;

/** Summary of an earlier result of the same suite. */
export type EarlierSuite = Frozen<v.InferOutput<typeof earlierSuiteSchema>>;

/** Result of the throughput suite: its runs and everything computed from them. */
export type ThroughputSuite = Frozen<v.InferOutput<typeof throughputSuiteSchema>>;

/** Mean and standard deviation; null if there are too few values. */
export type MeanSd = Frozen<v.InferOutput<typeof meanSdSchema>>;

/** Results of the latency suite for one combination of lengths. */
export type LatencyCellResult = Frozen<v.InferOutput<typeof latencyCellResultSchema>>;

/** Result of the latency suite. */
export type LatencySuite = Frozen<v.InferOutput<typeof latencySuiteSchema>>;

/** Result of the memory suite. */
export type MemorySuite = Frozen<v.InferOutput<typeof memorySuiteSchema>>;
