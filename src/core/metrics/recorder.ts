import { latencyBinsOf } from './bins.ts';
import { addToGroup, createGroup, numbersOf, type Group } from './group.ts';
import { addStreamedRequest, createStreamedRequests, streamedRequestsOf } from './streamed-requests.ts';
import { keepsTo, limitStreams, streamTimes, type RequestLimitsMs } from './streams.ts';
import {
  addValue,
  createRankTable,
  createTally,
  distributionOf,
  dropRaw,
  rankedValues,
  type RankTable,
} from './tally.ts';
import { addToTimeline, createTimeline, timelineOf } from './timeline.ts';
import { time, timeCount, type Times } from './times.ts';
import { tokenSources, type Sample, type Summary } from './types.ts';

/** What a recorder needs to know beforehand. */
export interface RecorderOptions {
  readonly targetNames: readonly string[];
  /** What the latency of one request may be at most, by target. Without any limit, here and below, no goodput is worked out. */
  readonly latencyLimitMs: readonly (number | undefined)[];
  /** What its other times may be at most, by target. */
  readonly otherLimitsMs?: readonly (RequestLimitsMs | undefined)[];
  /** Up to so many requests quantiles are exact; 100,000 unless set. */
  readonly maxRawSamples?: number;
}

/** Turns samples into numbers while they come in. */
export interface Recorder {
  /** Takes in a request that ended. The sample may be reused: nothing of it is kept. */
  add(sample: Sample): void;
  /** The numbers so far, exact as docs/metrics.md has it. */
  summary(extra: { readonly requestsCancelled: number }): Summary;
  /** The same at little cost: quantiles and their intervals from the histogram, no rows per target. */
  liveSummary(): Summary;
  /** Σ end − sent over all requests, failed ones too: one side of Little's law. */
  requestTimeMs(): number;
}

const exactUpTo = 100_000;
/** Past `maxRawSamples` a target still keeps so many samples before a histogram of its own is worth its memory. */
const exactPerTarget = 1024;

/** A recorder for one run. Memory is flat past `maxRawSamples`; a target costs nothing before its first request. */
export function createRecorder(options: RecorderOptions): Recorder {
  const maxRaw = options.maxRawSamples ?? exactUpTo;
  const { targetNames, latencyLimitMs } = options;
  const otherLimitsMs = options.otherLimitsMs ?? [];
  const hasLimits = [...latencyLimitMs, ...otherLimitsMs].some((limit) => limit !== undefined);
  const run = createGroup(maxRaw, true);
  const responseTime = createTally(maxRaw, true);
  const lag = createTally(maxRaw, true);
  const timeline = createTimeline();
  const streamedRequests = createStreamedRequests();
  const targets: (Group | undefined)[] = [];
  const times: Times = new Float64Array(timeCount);
  let exact = true;
  // In an object: its numbers change in place, a captured variable would allocate for each.
  const clock = { firstSentMs: Infinity, lastEndMs: -Infinity, requestTimeMs: 0, metObjectives: 0 };

  function leaveExactness(): void {
    exact = false;
    for (const tally of [run.successes, run.others, run.ttfb, responseTime, lag]) if (tally !== null) dropRaw(tally);
    if (run.streams !== null) limitStreams(run.streams, 0);
    for (const target of targets) {
      if (target === undefined) continue;
      for (const tally of [target.successes, target.others, target.ttfb]) {
        if (tally === null) continue;
        tally.rawLimit = exactPerTarget;
        if (tally.count > exactPerTarget) dropRaw(tally);
      }
      if (target.streams !== null) limitStreams(target.streams, exactPerTarget);
    }
  }

  function add(sample: Sample): void {
    const { target, scheduledMs, sentMs, endMs } = sample;
    times[time.latency] = endMs - sentMs;
    times[time.ttfb] = sample.headersMs - sentMs;
    times[time.responseTime] = endMs - scheduledMs;
    times[time.lag] = sentMs - scheduledMs;
    times[time.end] = endMs;
    if (sample.stream !== undefined) {
      streamTimes(times, sample, sample.stream);
      addStreamedRequest(streamedRequests, targetNames[target] ?? '', sample, sample.stream);
    }
    addToGroup(run, sample, times);
    let group = targets[target];
    if (group === undefined) {
      group = createGroup(exact ? maxRaw : exactPerTarget, false);
      while (targets.length <= target) targets.push(undefined);
      targets[target] = group;
    }
    addToGroup(group, sample, times);

    if (sentMs < clock.firstSentMs) clock.firstSentMs = sentMs;
    if (endMs > clock.lastEndMs) clock.lastEndMs = endMs;
    clock.requestTimeMs += endMs - sentMs;
    addValue(lag, times, time.lag);
    const answered = sample.error === undefined;
    const success = answered && sample.status >= 200 && sample.status < 300;
    if (answered) addValue(responseTime, times, time.responseTime);
    addToTimeline(timeline, sample, times, answered, success);
    if (hasLimits && success) {
      const limit = latencyLimitMs[target];
      const others = otherLimitsMs[target];
      if (
        (limit === undefined || endMs - sentMs <= limit) &&
        (others === undefined || keepsTo(others, times, sample.stream))
      )
        clock.metObjectives++;
    }
    if (exact && run.requests > maxRaw) leaveExactness();
  }

  function summarise(requestsCancelled: number, wantExact: boolean): Summary {
    const table = createRankTable();
    const totalMs = run.requests === 0 ? 0 : clock.lastEndMs - clock.firstSentMs;
    const numbers = numbersOf(run, totalMs, table, wantExact);
    const all = numbers.latency;
    return {
      ...numbers.numbers,
      totalMs,
      requestsCancelled,
      percentileMethod: exact && wantExact ? 'linear-interpolation' : 'hdr-histogram',
      tokenSource: tokenSources[run.tokenSource] ?? 'none',
      ...(run.streams === null
        ? {}
        : {
            iclPercentileMethod:
              run.streams.icl.raw !== null && wantExact ? 'linear-interpolation' : ('hdr-histogram' as const),
            ...numbers.streamBins,
            ...(wantExact ? { streamedRequests: streamedRequestsOf(streamedRequests) } : {}),
          }),
      responseTimeMs: distributionOf(responseTime, rankedValues(responseTime, wantExact), table),
      scheduleLagMs: distributionOf(lag, rankedValues(lag, wantExact), table),
      goodputPerS: hasLimits && totalMs > 0 ? clock.metObjectives / (totalMs / 1000) : null,
      sloAttainment: hasLimits && run.requests > 0 ? clock.metObjectives / run.requests : null,
      perTarget: wantExact ? perTarget(totalMs, table) : [],
      timeline: timelineOf(timeline, run.streams !== null),
      latencyBins: latencyBinsOf(all.ranked, all.tally.min, all.tally.max),
    };
  }

  function perTarget(totalMs: number, table: RankTable): Summary['perTarget'] {
    return targets.flatMap((group, index) =>
      group === undefined
        ? []
        : [{ name: targetNames[index] ?? '', ...numbersOf(group, totalMs, table, true).numbers }],
    );
  }

  return {
    add,
    summary: ({ requestsCancelled }) => summarise(requestsCancelled, true),
    liveSummary: () => summarise(0, false),
    requestTimeMs: () => clock.requestTimeMs,
  };
}
