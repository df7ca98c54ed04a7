import * as v from 'valibot';
import { dialectNames, promptOrders, usageChoices } from '../endpoints/types.ts';
import { errorKinds, healthBounds, percentileMethods, tokenSources, type ErrorKind } from '../metrics/types.ts';
import { arrivalProcesses, transportNames } from '../vocabulary.ts';
import { calibrationSchema, selfCalibrationSchema } from './calibration.ts';
import { checked } from './checked.ts';
import { recordSchema, type RunRecord } from './run.ts';

/**
 * Returns a valid record from a file or a history, without unknown members.
 * @throws LoadlensError for an invalid one
 */
export function readRecord(json: unknown): RunRecord {
  return checked(withObjectives(json), {
    name: recordSchema,
    schema: runSchema,
    noun: 'result',
    writtenBy: 'loadlens run --json',
    madeBy: 'benchmark',
  });
}

/** Objectives were called `verdicts` before. */
function withObjectives(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'verdicts' in json
    ? { objectives: json.verdicts, ...json }
    : json;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const numberOrNull = v.nullable(v.number());
const interval = v.nullable(v.tuple([v.number(), v.number()]));
const quantiles = { median: numberOrNull, p90: numberOrNull, p95: numberOrNull, p99: numberOrNull, p999: numberOrNull };

const distribution = v.object({
  count,
  min: numberOrNull,
  mean: numberOrNull,
  ...quantiles,
  max: numberOrNull,
  stdev: numberOrNull,
  interval95: v.object({ median: interval, p90: interval, p95: interval, p99: interval, p999: interval }),
});

const numbers = {
  requestsSent: count,
  responses: count,
  successes: count,
  successRatio: numberOrNull,
  statusCodes: v.record(v.string(), count),
  errors: v.object({
    refused: v.exactOptional(count),
    reset: v.exactOptional(count),
    timeout: v.exactOptional(count),
    dns: v.exactOptional(count),
    tls: v.exactOptional(count),
    unreachable: v.exactOptional(count),
    client: v.exactOptional(count),
    parse: v.exactOptional(count),
    prematureEnd: v.exactOptional(count),
    streamError: v.exactOptional(count),
    responseError: v.exactOptional(count),
    unfinished: v.exactOptional(count),
    noToken: v.exactOptional(count),
    other: v.exactOptional(count),
  } satisfies Readonly<Record<ErrorKind, unknown>>),
  latencyMs: distribution,
  successLatencyMs: distribution,
  ttfbMs: distribution,
  throughputPerS: numberOrNull,
  successThroughputPerS: numberOrNull,
  bytesReceived: count,
  outputTokens: v.number(),
  avgOutputTokens: numberOrNull,
  outputTokensPerS: numberOrNull,
  reasoningTokens: v.exactOptional(v.number()),
  hiddenReasoningTokens: v.exactOptional(v.number()),
  inputTokens: v.exactOptional(v.number()),
  cachedInputTokens: v.exactOptional(v.number()),
  askedLengths: v.exactOptional(v.object({ responses: count, met: count })),
  inputTokensPerS: v.exactOptional(numberOrNull),
  totalTokensPerS: v.exactOptional(numberOrNull),
  streams: v.exactOptional(v.object({ whole: count, partial: count, partialChunks: count })),
  ttftMs: v.exactOptional(distribution),
  iclMs: v.exactOptional(distribution),
  tpotMs: v.exactOptional(distribution),
  e2eMs: v.exactOptional(distribution),
  stallMs: v.exactOptional(distribution),
};

const bins = v.object({ edgesMs: v.array(v.number()), counts: v.array(count) });

const streamedRequest = v.object({
  target: v.string(),
  scheduledMs: v.number(),
  sentMs: v.number(),
  firstTokenMs: numberOrNull,
  lastTokenMs: numberOrNull,
  endMs: v.number(),
  status: count,
  error: v.exactOptional(v.picklist(errorKinds)),
  chunks: count,
  outputTokens: numberOrNull,
  longestGapsMs: v.array(v.tuple([v.number(), v.number()])),
});

const askedTokens = v.object({ mean: v.number(), min: count, max: count });

const llm = v.object({
  dialect: v.exactOptional(v.picklist([...dialectNames, 'plain'])),
  stream: v.exactOptional(v.boolean()),
  maxTokens: v.exactOptional(count),
  prompts: v.exactOptional(v.string()),
  promptsOrder: v.exactOptional(v.picklist(promptOrders)),
  image: v.exactOptional(v.string()),
  inputTokens: v.exactOptional(v.string()),
  outputTokens: v.exactOptional(v.string()),
  sharedPrefix: v.exactOptional(v.string()),
  usage: v.exactOptional(v.picklist(usageChoices)),
});

const objective = v.object({
  metric: v.string(),
  operator: v.picklist(['<', '<=', '>', '>=']),
  value: v.number(),
  text: v.string(),
});

/** The shape of a plan; see RunPlan. */
export const planSchema = v.object({
  loadModel: v.picklist(['closed', 'open']),
  arrivals: v.exactOptional(v.picklist(arrivalProcesses)),
  stages: v.exactOptional(v.array(v.object({ fromPerS: v.number(), toPerS: v.number(), durationS: numberOrNull }))),
  requests: v.nullable(count),
  durationS: numberOrNull,
  concurrency: count,
  seed: count,
  warmup: count,
  timeoutMs: v.number(),
  drainMs: v.number(),
  maxRedirects: count,
  maxHeadBytes: v.exactOptional(count),
  insecure: v.exactOptional(v.boolean()),
  workers: v.exactOptional(count),
  coldStart: v.boolean(),
  transport: v.exactOptional(v.picklist(transportNames)),
  objectives: v.array(objective),
});

/** The shape of an Environment. */
export const environmentSchema = v.object({
  host: v.string(),
  os: v.string(),
  cpu: v.string(),
  cores: count,
  memoryGiB: v.number(),
  node: v.string(),
  loadlens: v.string(),
  calibration: v.exactOptional(calibrationSchema),
  selfCalibration: v.exactOptional(selfCalibrationSchema),
});

/** The shape of a Source. */
export const sourceSchema = v.nullable(
  v.object({
    file: v.string(),
    gitCommit: v.exactOptional(v.string()),
    gitDirty: v.exactOptional(v.boolean()),
  }),
);

/** The shape of a record; see RunRecord. */
export const runSchema = v.object({
  schema: v.literal(recordSchema),
  id: v.string(),
  name: v.string(),
  startedAt: v.string(),
  status: v.picklist(['completed', 'cancelled', 'crashed']),
  stopReason: v.exactOptional(v.string()),
  plan: planSchema,
  targets: v.array(
    v.object({
      name: v.string(),
      method: v.string(),
      url: v.string(),
      weight: v.number(),
      llm: v.exactOptional(llm),
      prompts: v.exactOptional(
        v.object({
          distinct: count,
          start: count,
          sent: count,
          askedInput: v.exactOptional(askedTokens),
          askedOutput: v.exactOptional(askedTokens),
        }),
      ),
    }),
  ),
  targetCount: count,
  warmupSent: count,
  values: v.exactOptional(v.object({ start: count, taken: count })),
  ...numbers,
  totalMs: v.number(),
  rateMs: v.exactOptional(v.number()),
  requestsCancelled: count,
  reconnected: v.exactOptional(count),
  unresponsiveFromMs: v.exactOptional(v.number()),
  backlog: v.exactOptional(
    v.object({
      max: count,
      maxAtMs: numberOrNull,
      waitedMs: v.number(),
      unsent: count,
      widthMs: v.number(),
      waiting: v.array(count),
    }),
  ),
  percentileMethod: v.picklist(percentileMethods),
  iclPercentileMethod: v.exactOptional(v.picklist(percentileMethods)),
  tokenSource: v.picklist(tokenSources),
  responseTimeMs: distribution,
  scheduleLagMs: distribution,
  goodputPerS: numberOrNull,
  sloAttainment: numberOrNull,
  perTarget: v.array(v.object({ name: v.string(), ...numbers })),
  otherTargets: v.exactOptional(v.object({ targets: count, ...numbers })),
  timeline: v.object({
    widthMs: v.number(),
    endMs: v.exactOptional(v.number()),
    responses: v.array(count),
    failures: v.array(count),
    medianMs: v.array(numberOrNull),
    p95Ms: v.array(numberOrNull),
    outputTokens: v.exactOptional(v.array(v.number())),
  }),
  latencyBins: bins,
  ttftBins: v.exactOptional(bins),
  iclBins: v.exactOptional(bins),
  streamedRequests: v.exactOptional(v.array(streamedRequest)),
  addresses: v.array(v.object({ host: v.string(), address: v.string() })),
  objectives: v.array(
    v.object({
      objective,
      target: v.exactOptional(v.string()),
      outcome: v.picklist(['pass', 'fail', 'not enough data']),
      actual: numberOrNull,
    }),
  ),
  failureSamples: v.array(
    v.object({
      target: v.string(),
      targets: v.exactOptional(v.array(v.string())),
      status: count,
      error: v.exactOptional(v.picklist(errorKinds)),
      reason: v.exactOptional(v.string()),
      text: v.string(),
      count: v.exactOptional(count),
      estimated: v.exactOptional(v.boolean()),
    }),
  ),
  client: v.object({
    eventLoopDelayP99Ms: numberOrNull,
    eventLoopDelayMaxMs: numberOrNull,
    cpuShare: numberOrNull,
    connectionsOpened: v.nullable(count),
    connectionsReused: v.nullable(count),
    scheduleLagP99Ms: numberOrNull,
    littlesLawResidual: numberOrNull,
    loops: v.exactOptional(v.nullable(count)),
    idleDelayP99Ms: v.exactOptional(numberOrNull),
    loopUtilisation: v.exactOptional(numberOrNull),
    dispatchGapP99Ms: v.exactOptional(numberOrNull),
    dispatchGapMaxMs: v.exactOptional(numberOrNull),
    ownStallMs: v.exactOptional(numberOrNull),
    machineStallMs: v.exactOptional(numberOrNull),
    stealShare: v.exactOptional(numberOrNull),
    cpuPressureShare: v.exactOptional(numberOrNull),
    transport: v.exactOptional(v.picklist(transportNames)),
    bound: v.exactOptional(v.nullable(v.picklist(healthBounds))),
    warnings: v.array(v.string()),
  }),
  environment: environmentSchema,
  source: sourceSchema,
  server: v.exactOptional(
    v.object({
      pid: v.exactOptional(count),
      cpuShare: v.exactOptional(numberOrNull),
      rssStartMiB: v.exactOptional(numberOrNull),
      rssEndMiB: v.exactOptional(numberOrNull),
      rssMaxMiB: v.exactOptional(numberOrNull),
      notes: v.exactOptional(v.array(v.string())),
    }),
  ),
});
