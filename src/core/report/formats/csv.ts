import { hasStreams } from '../../metrics/streams.ts';
import { errorKinds, quantileNames, type Distribution, type Numbers, type StreamNumbers } from '../../metrics/types.ts';
import { csvText, type Cell } from './csv-parts.ts';
import { serverUseOf } from '../words/server-notes.ts';
import { failureText } from '../words/failure-reasons.ts';
import { verdictLabel } from '../tables/tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** Readings that older records do not have. */
const laterReadings = [
  'loopUtilisation',
  'idleDelayP99Ms',
  'ownStallMs',
  'machineStallMs',
  'dispatchGapP99Ms',
  'dispatchGapMaxMs',
  'stealShare',
  'cpuPressureShare',
  'bound',
] as const;

/**
 * Renders one number per line, `target,metric,value`. The target is empty for the whole run. The metric's name includes
 * the unit, and a missing value is empty. Text that a spreadsheet would run as a formula is escaped.
 */
export const renderCsv = (record: RunRecord): string => [...csvPieces(record)].join('');

/** Returns the same in pieces, one per target, because the whole may be too long for a string. */
export function* csvPieces(record: RunRecord): Generator<string> {
  yield csvText(runRows(record));
  for (const target of record.perTarget) yield csvText(numberRows(target.name, target));
}

function runRows(record: RunRecord): Cell[][] {
  return [
    ['target', 'metric', 'value'],
    ['', 'id', record.id],
    ['', 'name', record.name],
    ['', 'startedAt', record.startedAt],
    ['', 'status', record.status],
    ['', 'plan.requests', record.plan.requests],
    ...(record.plan.conversations === undefined
      ? []
      : ([['', 'plan.conversations', record.plan.conversations]] satisfies Cell[][])),
    ['', 'plan.durationS', record.plan.durationS],
    ['', 'plan.concurrency', record.plan.concurrency],
    ...(record.plan.maxInFlight === undefined
      ? []
      : ([['', 'plan.maxInFlight', record.plan.maxInFlight]] satisfies Cell[][])),
    ['', 'plan.seed', record.plan.seed],
    ['', 'totalMs', record.totalMs],
    ['', 'rateMs', record.rateMs ?? null],
    ['', 'requestsCancelled', record.requestsCancelled],
    ...(record.reconnected === undefined ? [] : ([['', 'reconnected', record.reconnected]] satisfies Cell[][])),
    ...(record.unresponsiveFromMs === undefined
      ? []
      : ([['', 'unresponsiveFromMs', record.unresponsiveFromMs]] satisfies Cell[][])),
    ...(record.backlog === undefined
      ? []
      : ([
          ['', 'backlogMax', record.backlog.max],
          ['', 'backlogUnsent', record.backlog.unsent],
        ] satisfies Cell[][])),
    ['', 'warmupSent', record.warmupSent],
    ['', 'percentileMethod', record.percentileMethod],
    ['', 'tokenSource', record.tokenSource],
    ...numberRows('', record),
    ...distributionRows('', 'responseTimeMs', record.responseTimeMs),
    ...distributionRows('', 'scheduleLagMs', record.scheduleLagMs),
    ...turnRows(record),
    ['', 'goodputPerS', record.goodputPerS],
    ['', 'sloAttainment', record.sloAttainment],
    ...fitRows(record.ttftByInput),
    ['', 'client.eventLoopDelayP99Ms', record.client.eventLoopDelayP99Ms],
    ['', 'client.eventLoopDelayMaxMs', record.client.eventLoopDelayMaxMs],
    ['', 'client.cpuShare', record.client.cpuShare],
    ...(record.client.loops === undefined ? [] : ([['', 'client.loops', record.client.loops]] satisfies Cell[][])),
    ['', 'client.connectionsOpened', record.client.connectionsOpened],
    ['', 'client.connectionsReused', record.client.connectionsReused],
    ['', 'client.littlesLawResidual', record.client.littlesLawResidual],
    ...laterReadings.flatMap((name) => {
      const value = record.client[name];
      return value === undefined ? [] : [['', `client.${name}`, value]];
    }),
    ...(record.environment.selfCalibration ?? []).flatMap(({ concurrency, ...level }) =>
      Object.entries(level).map(([name, value]) => ['', `selfCalibration.${String(concurrency)}.${name}`, value]),
    ),
    ...Object.entries(serverUseOf(record) ?? {}).map(([key, value]): Cell[] => ['', `server.${key}`, value]),
    ...record.failureSamples.map((failure) => [
      failure.target,
      `failure ${failureText(failure)}`,
      failure.count ?? null,
    ]),
    ...record.client.warnings.map((warning) => ['', 'client.warning', warning]),
    ...record.objectives.map((verdict) => [
      verdict.target ?? '',
      `objective ${verdict.objective.text}`,
      verdictLabel(verdict),
    ]),
    ...(record.otherTargets === undefined
      ? []
      : Object.entries(record.otherTargets).flatMap(([name, value]): Cell[][] =>
          typeof value === 'number' ? [['', `otherTargets.${name}`, value]] : [],
        )),
  ];
}

/** The conversations and the numbers of each turn: `turn.2.ttftMs.median`. */
function turnRows({ conversations, perTurn = [] }: RunRecord): Cell[][] {
  return [
    ...Object.entries(conversations ?? {}).map(([name, count]): Cell[] => ['', `conversations.${name}`, count]),
    ...perTurn.flatMap((turn) =>
      numberRows('', turn).map(([target = '', metric, value = null]): Cell[] => [
        target,
        `turn.${turn.turn}.${String(metric)}`,
        value,
      ]),
    ),
  ];
}

/** The line through TTFT against input tokens; none without a fit. */
function fitRows(byInput: RunRecord['ttftByInput']): Cell[][] {
  if (byInput?.fit === undefined) return [];
  const { interval95, ...fit } = byInput.fit;
  return [
    ...Object.entries(fit).map(([name, value]): Cell[] => ['', `ttftByInput.${name}`, value]),
    ['', 'ttftByInput.msPer1000Tokens.low95', interval95[0]],
    ['', 'ttftByInput.msPer1000Tokens.high95', interval95[1]],
  ];
}

/** Counts of tokens that are absent unless a response names them. */
const tokenCounts = [
  'tokenResponses',
  'reasoningTokens',
  'hiddenReasoningTokens',
  'inputTokens',
  'cachedInputTokens',
  'inputTokensPerS',
  'totalTokensPerS',
] as const;

function numberRows(target: string, numbers: Numbers): Cell[][] {
  return [
    [target, 'requestsSent', numbers.requestsSent],
    [target, 'responses', numbers.responses],
    [target, 'successes', numbers.successes],
    [target, 'successRatio', numbers.successRatio],
    ...Object.entries(numbers.statusCodes).map(([code, count]) => [target, `statusCodes.${code}`, count]),
    ...errorKinds.flatMap((kind) => {
      const count = numbers.errors[kind];
      return count === undefined ? [] : [[target, `errors.${kind}`, count]];
    }),
    ...distributionRows(target, 'latencyMs', numbers.latencyMs),
    ...distributionRows(target, 'successLatencyMs', numbers.successLatencyMs),
    ...distributionRows(target, 'ttfbMs', numbers.ttfbMs),
    [target, 'throughputPerS', numbers.throughputPerS],
    [target, 'successThroughputPerS', numbers.successThroughputPerS],
    [target, 'bytesReceived', numbers.bytesReceived],
    [target, 'outputTokens', numbers.outputTokens],
    [target, 'avgOutputTokens', numbers.avgOutputTokens],
    [target, 'outputTokensPerS', numbers.outputTokensPerS],
    ...tokenCounts.flatMap((name) => (numbers[name] === undefined ? [] : [[target, name, numbers[name]]])),
    ...(hasStreams(numbers) ? streamRows(target, numbers) : []),
  ];
}

function streamRows(target: string, numbers: StreamNumbers): Cell[][] {
  return [
    [target, 'streams.whole', numbers.streams.whole],
    [target, 'streams.partial', numbers.streams.partial],
    [target, 'streams.partialChunks', numbers.streams.partialChunks],
    ...distributionRows(target, 'ttftMs', numbers.ttftMs),
    ...distributionRows(target, 'iclMs', numbers.iclMs),
    ...distributionRows(target, 'tpotMs', numbers.tpotMs),
    ...Object.entries(numbers.userTokensPerS ?? {}).map(([name, value]): Cell[] => [
      target,
      `userTokensPerS.${name}`,
      value,
    ]),
    ...distributionRows(target, 'e2eMs', numbers.e2eMs),
    ...distributionRows(target, 'stallMs', numbers.stallMs),
  ];
}

function distributionRows(target: string, metric: string, distribution: Distribution): Cell[][] {
  return [
    [target, `${metric}.min`, distribution.min],
    [target, `${metric}.mean`, distribution.mean],
    ...quantileNames.flatMap((name) => {
      const interval = distribution.interval95[name];
      return [
        [target, `${metric}.${name}`, distribution[name]],
        [target, `${metric}.${name}.low95`, interval?.[0] ?? null],
        [target, `${metric}.${name}.high95`, interval?.[1] ?? null],
      ];
    }),
    [target, `${metric}.max`, distribution.max],
    [target, `${metric}.stdev`, distribution.stdev],
  ];
}
