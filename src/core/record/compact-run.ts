import { hasStreams } from '../metrics/streams.ts';
import type {
  ClientHealth,
  Distribution,
  Numbers,
  QuantileName,
  StreamedRequest,
  StreamNumbers,
  Timeline,
  TtftByInput,
} from '../metrics/types.ts';
import type { Connections } from '../metrics/recorder/connection-tallies.ts';
import { compactReadings } from './compact-readings.ts';
import { maxServerNotes } from './merge-notes.ts';
import type { RunRecord } from './run.ts';

type TargetNumbers = RunRecord['perTarget'][number];

const mostFailureSamples = 10;
const mostTurns = 20;
const mostText = 500;
/** Maximum number of characters of a failure's text, besides its reason. */
const mostSampleText = 250;
/** Significant digits: of the run's numbers; of a target's, enough to round again for display; and of chart data. */
const headline = 7;
const ofTarget = 6;
const detail = 4;
/** Of charts of single targets: there are several, and slices are exact to 0.8%. */
const ofTargetCharts = 3;

/**
 * Returns a copy for the history, small enough to keep many. Numbers are rounded (7 significant digits for the run, 6
 * for targets, 4 for charts). It has at most `maxTargets` targets, 20 turns of conversations, 120 readings of the server,
 * 10 failures with 250 characters each, and 500 characters of other texts. `worstTargets` selects the targets.
 */
export function compactRecord(record: RunRecord, maxTargets = 50): RunRecord {
  const perTarget = worstTargets(record.perTarget, maxTargets);
  const kept = new Set(perTarget.map(({ name }) => name));
  const targets =
    record.targets.length <= maxTargets
      ? record.targets
      : record.targets.filter((target) => kept.has(target.name)).slice(0, maxTargets);
  return {
    ...record,
    ...roundNumbers(record, headline),
    name: shorten(record.name),
    ...(record.stopReason === undefined ? {} : { stopReason: shorten(record.stopReason) }),
    targets: targets.map((target) =>
      Object.assign({}, target, { name: shorten(target.name), url: shorten(target.url) }),
    ),
    totalMs: round(record.totalMs, headline),
    ...(record.rateMs === undefined ? {} : { rateMs: round(record.rateMs, headline) }),
    ...(record.unresponsiveFromMs === undefined
      ? {}
      : { unresponsiveFromMs: round(record.unresponsiveFromMs, headline) }),
    responseTimeMs: roundDistribution(record.responseTimeMs, headline),
    scheduleLagMs: roundDistribution(record.scheduleLagMs, detail),
    goodputPerS: roundOrNull(record.goodputPerS, headline),
    ...(record.backlog && {
      backlog: {
        ...record.backlog,
        maxAtMs: roundOrNull(record.backlog.maxAtMs, detail),
        waitedMs: round(record.backlog.waitedMs, detail),
      },
    }),
    sloAttainment: roundOrNull(record.sloAttainment, headline),
    perTarget: perTarget.map(compactTarget),
    ...(record.perTurn && {
      perTurn: record.perTurn
        .slice(0, mostTurns)
        .map((turn) => Object.assign({ turn: turn.turn }, roundNumbers(turn, ofTarget))),
    }),
    ...(record.otherTargets && {
      otherTargets: { targets: record.otherTargets.targets, ...roundNumbers(record.otherTargets, ofTarget) },
    }),
    timeline: roundTimeline(record.timeline, detail),
    ...(record.streamedRequests === undefined
      ? {}
      : { streamedRequests: record.streamedRequests.map(roundStreamedRequest) }),
    ...(record.ttftByInput && { ttftByInput: roundTtftByInput(record.ttftByInput) }),
    ...compactReadings(record),
    addresses: record.addresses.slice(0, maxTargets),
    ...(record.connections && { connections: roundPhases(record.connections) }),
    objectives: record.objectives
      .filter(({ target }) => target === undefined || kept.has(target) || record.targets.length <= maxTargets)
      .map((verdict) => Object.assign({}, verdict, { actual: roundOrNull(verdict.actual, headline) })),
    failureSamples: record.failureSamples
      .slice(0, mostFailureSamples)
      .map((sample) =>
        Object.assign({}, sample, { target: shorten(sample.target), text: shorten(sample.text, mostSampleText) }),
      ),
    client: roundReadings(record.client),
    ...(record.server?.notes && {
      server: { ...record.server, notes: record.server.notes.slice(0, maxServerNotes).map((note) => shorten(note)) },
    }),
  };
}

function compactTarget({ name, latencyBins, timeline, ...numbers }: TargetNumbers): TargetNumbers {
  return {
    name: shorten(name),
    ...roundNumbers(numbers, ofTarget),
    ...(latencyBins && { latencyBins }),
    ...(timeline && { timeline: roundTimeline(timeline, ofTargetCharts) }),
  };
}

/** Returns a run without the charts of its targets. */
export const withoutTargetCharts = (record: RunRecord): RunRecord => ({
  ...record,
  perTarget: record.perTarget.map(({ name, ...numbers }) => Object.assign({ name }, roundNumbers(numbers, ofTarget))),
});

function roundPhases(connections: Connections): Connections {
  const phases: Connections = Object.fromEntries(
    Object.entries(connections).map(([phase, { count, meanMs, p50Ms, maxMs }]) => [
      phase,
      { count, meanMs: round(meanMs, detail), p50Ms: round(p50Ms, detail), maxMs: round(maxMs, detail) },
    ]),
  );
  return phases;
}

/** All measured client readings; counts are exact. */
const readings = [
  'eventLoopDelayP99Ms',
  'eventLoopDelayMaxMs',
  'cpuShare',
  'scheduleLagP99Ms',
  'littlesLawResidual',
  'idleDelayP99Ms',
  'loopUtilisation',
  'dispatchGapP99Ms',
  'dispatchGapMaxMs',
  'ownStallMs',
  'machineStallMs',
  'stealShare',
  'cpuPressureShare',
] as const;

function roundReadings(client: ClientHealth): ClientHealth {
  const rounded = readings.flatMap((name) => {
    const value = client[name];
    return value === undefined ? [] : [[name, roundOrNull(value, detail)] as const];
  });
  return { ...client, ...Object.fromEntries(rounded) };
}

/** Returns the `most` most relevant targets in their own order: most failures first, then slowest p95. */
export function worstTargets(perTarget: readonly TargetNumbers[], most: number): readonly TargetNumbers[] {
  if (perTarget.length <= most) return perTarget;
  const ranked = perTarget.toSorted(
    (a, b) =>
      (a.successRatio ?? 1) - (b.successRatio ?? 1) || slowness(b) - slowness(a) || b.requestsSent - a.requestsSent,
  );
  const worst = new Set(ranked.slice(0, most));
  return perTarget.filter((target) => worst.has(target));
}

/** A target of a large file may have no quantiles. */
const slowness = ({ latencyMs: { p95, max } }: TargetNumbers): number => p95 ?? max ?? 0;

function roundNumbers(numbers: Numbers, digits: number): Numbers {
  return {
    requestsSent: numbers.requestsSent,
    responses: numbers.responses,
    successes: numbers.successes,
    successRatio: roundOrNull(numbers.successRatio, headline),
    statusCodes: numbers.statusCodes,
    errors: numbers.errors,
    latencyMs: roundDistribution(numbers.latencyMs, digits),
    successLatencyMs: roundDistribution(numbers.successLatencyMs, digits),
    ttfbMs: roundDistribution(numbers.ttfbMs, digits),
    throughputPerS: roundOrNull(numbers.throughputPerS, digits),
    successThroughputPerS: roundOrNull(numbers.successThroughputPerS, digits),
    bytesReceived: numbers.bytesReceived,
    outputTokens: numbers.outputTokens,
    avgOutputTokens: roundOrNull(numbers.avgOutputTokens, headline),
    outputTokensPerS: roundOrNull(numbers.outputTokensPerS, headline),
    ...(numbers.tokenResponses === undefined ? {} : { tokenResponses: numbers.tokenResponses }),
    ...(numbers.reasoningTokens === undefined ? {} : { reasoningTokens: numbers.reasoningTokens }),
    ...(numbers.hiddenReasoningTokens === undefined ? {} : { hiddenReasoningTokens: numbers.hiddenReasoningTokens }),
    ...(numbers.askedLengths === undefined ? {} : { askedLengths: numbers.askedLengths }),
    ...(numbers.inputTokens === undefined ? {} : { inputTokens: numbers.inputTokens }),
    ...(numbers.cachedInputTokens === undefined ? {} : { cachedInputTokens: numbers.cachedInputTokens }),
    ...(numbers.inputTokensPerS === undefined
      ? {}
      : { inputTokensPerS: roundOrNull(numbers.inputTokensPerS, headline) }),
    ...(numbers.totalTokensPerS === undefined
      ? {}
      : { totalTokensPerS: roundOrNull(numbers.totalTokensPerS, headline) }),
    ...(hasStreams(numbers) ? roundStreams(numbers, digits) : {}),
  };
}

function roundStreams(numbers: StreamNumbers, digits: number): StreamNumbers {
  return {
    streams: numbers.streams,
    ttftMs: roundDistribution(numbers.ttftMs, digits),
    iclMs: roundDistribution(numbers.iclMs, digits),
    tpotMs: roundDistribution(numbers.tpotMs, digits),
    ...(numbers.userTokensPerS && {
      userTokensPerS: {
        mean: roundOrNull(numbers.userTokensPerS.mean, digits),
        median: roundOrNull(numbers.userTokensPerS.median, digits),
        p5: roundOrNull(numbers.userTokensPerS.p5, digits),
        p1: roundOrNull(numbers.userTokensPerS.p1, digits),
      },
    }),
    e2eMs: roundDistribution(numbers.e2eMs, digits),
    stallMs: roundDistribution(numbers.stallMs, digits),
  };
}

function roundDistribution(distribution: Distribution, digits: number): Distribution {
  const interval = (name: QuantileName): readonly [number, number] | null => {
    const ends = distribution.interval95[name];
    return ends === null ? null : [round(ends[0], digits), round(ends[1], digits)];
  };
  return {
    count: distribution.count,
    min: roundOrNull(distribution.min, digits),
    mean: roundOrNull(distribution.mean, digits),
    median: roundOrNull(distribution.median, digits),
    p90: roundOrNull(distribution.p90, digits),
    p95: roundOrNull(distribution.p95, digits),
    p99: roundOrNull(distribution.p99, digits),
    p999: roundOrNull(distribution.p999, digits),
    max: roundOrNull(distribution.max, digits),
    stdev: roundOrNull(distribution.stdev, digits),
    interval95: {
      median: interval('median'),
      p90: interval('p90'),
      p95: interval('p95'),
      p99: interval('p99'),
      p999: interval('p999'),
    },
  };
}

function roundTimeline(timeline: Timeline, digits: number): Timeline {
  return {
    ...timeline,
    ...(timeline.endMs === undefined ? {} : { endMs: round(timeline.endMs, headline) }),
    medianMs: timeline.medianMs.map((value) => roundOrNull(value, digits)),
    p95Ms: timeline.p95Ms.map((value) => roundOrNull(value, digits)),
    ...(timeline.outputTokens === undefined
      ? {}
      : { outputTokens: timeline.outputTokens.map((value) => round(value, detail)) }),
  };
}

/** Number of points of a chart in a history. */
const fewPoints = 100;

/** Rounds points to 4 digits, and keeps every nth of many. */
function roundTtftByInput(byInput: TtftByInput): TtftByInput {
  const each = Math.ceil(byInput.points.length / fewPoints);
  const points = byInput.points.filter((_, index) => index % each === 0);
  return { ...byInput, points: points.map(([tokens, ms]) => [tokens, round(ms, detail)]) };
}

/** Rounds times to 0.1 ms, whatever the length of the run. */
function roundStreamedRequest(request: StreamedRequest): StreamedRequest {
  return {
    ...request,
    target: shorten(request.target),
    scheduledMs: tenth(request.scheduledMs),
    sentMs: tenth(request.sentMs),
    firstTokenMs: request.firstTokenMs === null ? null : tenth(request.firstTokenMs),
    lastTokenMs: request.lastTokenMs === null ? null : tenth(request.lastTokenMs),
    endMs: tenth(request.endMs),
    longestGapsMs: request.longestGapsMs.map(([from, to]) => [tenth(from), tenth(to)]),
  };
}

function tenth(ms: number): number {
  return Number(ms.toFixed(1));
}

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

function roundOrNull(value: number | null, digits: number): number | null {
  return value === null ? null : round(value, digits);
}

/** Returns a text shortened for the history, to at most `most` characters (default: 500). */
export function shorten(text: string, most = mostText): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
