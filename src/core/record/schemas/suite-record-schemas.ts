import * as v from 'valibot';
import { sweepFiguresSchema } from '../../metrics/schemas/figures-schema.ts';
import { latencyCellSchema, latencyWorkloadSchema, memoryWorkloadSchema } from '../../plan/suites/workload-schemas.ts';
import { about, count, interval, numberOrNull } from '../../schema.ts';
import { runSchema } from './run-schema.ts';
import { suiteEntries, suiteGoalSchema, throughputPartsSchema } from './suite-schema.ts';

/** Result of a goal; see `SuiteGoalResult`. */
export const suiteGoalResultSchema = v.object({
  ...suiteGoalSchema.entries,
  achieved: about('Measured value; null if nothing was measured.', numberOrNull),
  atConcurrency: about('Level that achieved the value; null if the metric already determines it.', v.nullable(count)),
  pass: about('False if nothing was measured.', v.boolean()),
});

/** One level in the numbers of the reference; see `SuiteLevel`. */
export const suiteLevelSchema = v.object({
  concurrency: about('Requests in flight.', count),
  requests: about('Number of requests.', count),
  requestsPerS: about('Requests per second.', numberOrNull),
  tokensPerS: about("Output tokens per second; null if the server doesn't report token counts.", numberOrNull),
  meanMs: about('Latency, mean.', numberOrNull),
  p50Ms: about('Latency, p50.', numberOrNull),
  p95Ms: about('Latency, p95.', numberOrNull),
  p99Ms: about('Latency, p99.', numberOrNull),
  durationS: about('Time from the first sent to the last end, seconds.', v.number()),
  tokens: about('Number of output tokens.', v.number()),
  failed: about('Number of failed requests.', count),
  cpuShare: about('Server started by Loadlens: CPU time / elapsed time; 1 = one core.', numberOrNull),
  rssMiB: about('Server started by Loadlens: maximum resident memory.', numberOrNull),
});

/** A sentence derived from the numbers; see `Finding`. */
export const findingSchema = v.object({
  text: about('The sentence.', v.string()),
  rule: about('How it follows from the numbers.', v.string()),
});

/** The throughput suite; see `ThroughputSuite`. */
export const throughputSuiteSchema = v.object({
  ...throughputPartsSchema.entries,
  levels: about('Numbers of each level. Rates and latency are of successes.', v.array(suiteLevelSchema)),
  figures: about('Figures of the levels together.', sweepFiguresSchema),
  targets: about('Goals and their results.', v.array(suiteGoalResultSchema)),
  findings: about('Findings in the numbers.', v.array(findingSchema)),
  recommendations: about('Recommendations for users of the server.', v.array(findingSchema)),
});

/** Mean and standard deviation; see `MeanSd`. */
export const meanSdSchema = v.object({
  mean: about('Mean; null without values.', numberOrNull),
  sd: about('Standard deviation; null with too few values.', numberOrNull),
});

/** Results for one combination of lengths; see `LatencyCellResult`. */
export const latencyCellResultSchema = v.object({
  ...latencyCellSchema.entries,
  requests: about('Number of requests.', count),
  failed: about('Number of failed requests.', count),
  outputTokens: about('Mean number of output tokens.', numberOrNull),
  ttftMs: about('TTFT.', meanSdSchema),
  tokensPerS: about('Output tokens per second of each request.', meanSdSchema),
  e2eMs: about('E2E.', meanSdSchema),
});

/** The latency suite; see `LatencySuite`. */
export const latencySuiteSchema = v.object({
  ...suiteEntries,
  suite: v.literal('latency'),
  workload: about('Requests of the suite.', latencyWorkloadSchema),
  cells: about(
    "One entry per combination of lengths; input is less than wantedInput if it didn't fit into the context.",
    v.array(latencyCellResultSchema),
  ),
  runs: about('One run per cell.', v.array(runSchema)),
});

/** The memory suite; see `MemorySuite`. */
export const memorySuiteSchema = v.object({
  ...suiteEntries,
  suite: v.literal('memory'),
  workload: about('Requests of the suite.', memoryWorkloadSchema),
  afterLoadMiB: about('Resident memory of the server after loading, before the first request.', numberOrNull),
  iterations: about(
    'Resident memory in each iteration.',
    v.array(
      v.object({
        endMiB: about('Memory at the end.', numberOrNull),
        maxMiB: about('Maximum memory.', numberOrNull),
      }),
    ),
  ),
  increaseMiB: about('Maximum memory − memory after loading.', numberOrNull),
  settling: about('Number of iterations at the start in which memory was still settling. Excluded from growth.', count),
  growth: about(
    "Growth of memory; null if it can't be determined.",
    v.nullable(
      v.object({
        slope: about('Growth per iteration, MiB.', v.number()),
        interval95: about('95% interval of the growth; null with too few iterations.', interval),
      }),
    ),
  ),
  verdict: about('Whether memory grows.', v.picklist(['leak', 'no leak shown', 'not enough data'])),
  runs: about('One run per iteration.', v.array(runSchema)),
});

/** A result of any suite. */
export const suiteRecordSchema = v.variant('suite', [
  about('Requests and tokens per second, alone and with several requests in flight.', throughputSuiteSchema),
  about('TTFT, tokens per second, and E2E by the length of prompt and response.', latencySuiteSchema),
  about("Resident memory of the server's process.", memorySuiteSchema),
]);
