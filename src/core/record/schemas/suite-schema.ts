import * as v from 'valibot';
import { throughputWorkloadSchema } from '../../plan/suites/workload-schemas.ts';
import { about, numberOrNull } from '../../schema.ts';
import { suiteMetrics, suiteOperators, suiteSchema } from '../suites/suite.ts';
import { commonEntries, runSchema } from './run-schema.ts';

/** The benchmarked model; see `SuiteModel`. */
export const suiteModelSchema = v.object({
  name: about('Name of the model.', v.string()),
  url: about('URL of its endpoint.', v.string()),
  server: about('gpt2 and mock: started by the suite.', v.picklist(['gpt2', 'mock', 'url'])),
  synthetic: about('True: random weights; null if unknown.', v.nullable(v.boolean())),
  dtype: about('Precision of the weights; null if unknown.', v.nullable(v.string())),
});

/** A goal; see `SuiteGoal`. */
export const suiteGoalSchema = v.object({
  metric: about('Metric of the goal.', v.picklist(suiteMetrics)),
  operator: about('How the measured value is compared.', v.picklist(suiteOperators)),
  value: about('Value to reach.', v.number()),
});

/** Summary of an earlier result; see `EarlierSuite`. */
export const earlierSuiteSchema = v.object({
  id: about('ID of the result.', v.string()),
  startedAt: about('Start in ISO 8601, UTC.', v.string()),
  quick: about('True: fewer requests.', v.boolean()),
  singleTokensPerS: about('Tokens per second at concurrency 1.', numberOrNull),
  bestTokensPerS: about('Tokens per second of the best level.', numberOrNull),
  rssMiB: about("Maximum resident memory of the server's process.", numberOrNull),
});

/** Members that every suite has. */
export const suiteEntries = {
  schema: v.literal(suiteSchema),
  id: about('Sortable and unique.', v.string()),
  ...commonEntries,
  model: about('The benchmarked model.', suiteModelSchema),
  files: about('Files of the report.', v.array(v.string())),
};

/** Required content of a throughput suite's file. The rest is computed from its runs. */
export const throughputPartsSchema = v.object({
  ...suiteEntries,
  suite: v.literal('throughput'),
  workload: about('Requests of the suite.', throughputWorkloadSchema),
  targets: about('Goals.', v.array(suiteGoalSchema)),
  earlier: about('Earlier results of the same suite and model in the folder.', v.array(earlierSuiteSchema)),
  runs: about('One run per level.', v.array(runSchema)),
});
