import type { Ranked } from './statistics/quantiles.ts';
import {
  addStream,
  createStreamTally,
  mergeStreams,
  streamNumbersOf,
  type StreamBins,
  type StreamTally,
} from './streams.ts';
import {
  addValue,
  createTally,
  distributionOf,
  mergeTallies,
  rankedValues,
  type RankTable,
  type Tally,
} from './recorder/tally.ts';
import { time, type Times } from './times.ts';
import { errorKinds, tokenSources, type ErrorKind, type Numbers, type Sample } from './types.ts';

/** Counts and tallies of a set of requests: a whole run or one target. */
export interface Group {
  readonly live: boolean;
  requests: number;
  /** Outcomes and their counts, alternating: a status code, or −1 minus the index in `errorKinds`. */
  readonly outcomes: number[];
  /**
   * Latencies of successes and of other responses, separately. Each sample is stored once, and the total is both
   * merged.
   */
  readonly successes: Tally;
  others: Tally | null;
  readonly ttfb: Tally;
  bytes: number;
  outputTokens: number;
  reasoningTokens: number;
  /** Reasoning tokens that were counted but not streamed. */
  hiddenTokens: number;
  inputTokens: number;
  /** Input tokens from the server's cache, and the number of responses that reported any. */
  cachedTokens: number;
  cachedCounts: number;
  /** Responses with output tokens. */
  tokenResponses: number;
  /** Responses to requests for an exact number of output tokens, and those that have it. */
  askedLengths: number;
  metLengths: number;
  /** Index in `tokenSources` of the least exact source so far; −1 before the first. */
  tokenSource: number;
  /** Null before the first stream. */
  streams: StreamTally | null;
}

/** Creates an empty group; `createTally` describes the options. */
export function createGroup(rawLimit: number, live: boolean): Group {
  return {
    live,
    requests: 0,
    outcomes: [],
    successes: createTally(rawLimit, live),
    others: null,
    ttfb: createTally(rawLimit, live),
    bytes: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    hiddenTokens: 0,
    inputTokens: 0,
    cachedTokens: 0,
    cachedCounts: 0,
    tokenResponses: 0,
    askedLengths: 0,
    metLengths: 0,
    tokenSource: -1,
    streams: null,
  };
}

/** Adds a completed request. */
export function addToGroup(group: Group, sample: Sample, times: Times): void {
  const { status, error, stream } = sample;
  group.requests++;
  group.bytes += sample.bytes;
  if (stream !== undefined) {
    group.streams ??= createStreamTally(group.successes.rawLimit, group.live);
    addStream(group.streams, sample, stream, times);
  }
  if (error !== undefined) {
    countOutcome(group.outcomes, -1 - errorKinds.indexOf(error), 1);
    return;
  }
  countOutcome(group.outcomes, status, 1);
  const { successes, ttfb } = group;
  if (status >= 200 && status < 300) {
    addValue(successes, times, time.latency);
  } else {
    group.others ??= createTally(successes.rawLimit, group.live);
    addValue(group.others, times, time.latency);
  }
  if (!Number.isNaN(times[time.ttfb])) addValue(ttfb, times, time.ttfb);
  if (sample.outputTokens !== undefined) {
    group.outputTokens += sample.outputTokens;
    if (sample.outputTokens > 0) group.tokenResponses++;
    group.reasoningTokens += sample.reasoningTokens ?? 0;
    group.hiddenTokens += sample.hiddenTokens ?? 0;
    if (sample.askedTokens !== undefined) {
      group.askedLengths++;
      if (sample.outputTokens === sample.askedTokens) group.metLengths++;
    }
    group.tokenSource = Math.max(group.tokenSource, tokenSources.indexOf(sample.tokenSource ?? 'output_tokens'));
  }
  if (sample.inputTokens !== undefined) {
    group.inputTokens += sample.inputTokens;
    if (sample.cachedTokens !== undefined) {
      group.cachedTokens += sample.cachedTokens;
      group.cachedCounts++;
    }
  }
}

/**
 * Adds to the count of one outcome. A run has few kinds, so searching a short list is faster than a Map, especially
 * with many targets.
 */
export function countOutcome(outcomes: number[], kind: number, count: number): void {
  for (let index = 0; index < outcomes.length; index += 2) {
    if (outcomes[index] === kind) {
      outcomes[index + 1] = (outcomes[index + 1] ?? 0) + count;
      return;
    }
  }
  outcomes.push(kind, count);
}

/** Merges groups without changing them; see `mergeTallies` and `mergeStreams`. */
export function mergeGroups(groups: readonly Group[], rawLimit: number, chunkLimit = Infinity): Group {
  const merged = createGroup(
    rawLimit,
    groups.every(({ live }) => live),
  );
  for (const group of groups) {
    merged.requests += group.requests;
    merged.bytes += group.bytes;
    merged.outputTokens += group.outputTokens;
    merged.reasoningTokens += group.reasoningTokens;
    merged.hiddenTokens += group.hiddenTokens;
    merged.inputTokens += group.inputTokens;
    merged.cachedTokens += group.cachedTokens;
    merged.cachedCounts += group.cachedCounts;
    merged.tokenResponses += group.tokenResponses;
    merged.askedLengths += group.askedLengths;
    merged.metLengths += group.metLengths;
    merged.tokenSource = Math.max(merged.tokenSource, group.tokenSource);
    for (let index = 0; index < group.outcomes.length; index += 2)
      countOutcome(merged.outcomes, group.outcomes[index] ?? 0, group.outcomes[index + 1] ?? 0);
  }
  const others = groups.flatMap((group) => group.others ?? []);
  const streams = groups.flatMap((group) => group.streams ?? []);
  return {
    ...merged,
    successes: mergeTallies(
      groups.map(({ successes }) => successes),
      rawLimit,
    ),
    others: others.length === 0 ? null : mergeTallies(others, rawLimit),
    ttfb: mergeTallies(
      groups.map(({ ttfb }) => ttfb),
      rawLimit,
    ),
    streams: streams.length === 0 ? null : mergeStreams(streams, rawLimit, chunkLimit),
  };
}

/**
 * Returns the numbers of a group with rates over `rateMs`, the latencies of all its responses, and the histograms of
 * its streams.
 */
export function numbersOf(
  group: Group,
  rateMs: number,
  table: RankTable,
  exact: boolean,
): { numbers: Numbers; latency: { tally: Tally; ranked: Ranked }; streamBins: StreamBins | undefined } {
  const all =
    group.others === null ? group.successes : mergeTallies([group.successes, group.others], exact ? Infinity : 0);
  const ranked = rankedValues(all, exact);
  const latencyMs = distributionOf(all, ranked, table);
  const streamed = group.streams === null ? undefined : streamNumbersOf(group.streams, table, exact);
  const namesTokens = group.tokenSource >= 0;
  const perS = (count: number): number | null => (rateMs > 0 ? count / (rateMs / 1000) : null);
  return {
    numbers: {
      requestsSent: group.requests,
      responses: all.count,
      successes: group.successes.count,
      successRatio: group.requests === 0 ? null : group.successes.count / group.requests,
      ...outcomesOf(group.outcomes),
      latencyMs,
      successLatencyMs:
        all === group.successes
          ? latencyMs
          : distributionOf(group.successes, rankedValues(group.successes, exact), table),
      ttfbMs: distributionOf(group.ttfb, rankedValues(group.ttfb, exact), table),
      throughputPerS: perS(all.count),
      successThroughputPerS: perS(group.successes.count),
      bytesReceived: group.bytes,
      outputTokens: group.outputTokens,
      avgOutputTokens: namesTokens && all.count > 0 ? group.outputTokens / all.count : null,
      ...(group.tokenResponses === 0 ? {} : { tokenResponses: group.tokenResponses }),
      outputTokensPerS: namesTokens ? perS(group.outputTokens) : null,
      ...(group.reasoningTokens === 0 ? {} : { reasoningTokens: group.reasoningTokens }),
      ...(group.hiddenTokens === 0 ? {} : { hiddenReasoningTokens: group.hiddenTokens }),
      ...(group.askedLengths === 0 ? {} : { askedLengths: { responses: group.askedLengths, met: group.metLengths } }),
      ...(group.inputTokens === 0
        ? {}
        : {
            inputTokens: group.inputTokens,
            ...(group.cachedCounts === 0 ? {} : { cachedInputTokens: group.cachedTokens }),
            inputTokensPerS: perS(group.inputTokens),
            totalTokensPerS: namesTokens ? perS(group.inputTokens + group.outputTokens) : null,
          }),
      ...streamed?.numbers,
    },
    latency: { tally: all, ranked },
    streamBins: streamed?.bins,
  };
}

function outcomesOf(outcomes: readonly number[]): Pick<Numbers, 'statusCodes' | 'errors'> {
  const statusCodes: Record<string, number> = {};
  const errors: Partial<Record<ErrorKind, number>> = {};
  for (let index = 0; index < outcomes.length; index += 2) {
    const kind = outcomes[index] ?? 0;
    const count = outcomes[index + 1] ?? 0;
    const error = errorKinds[-1 - kind];
    // Integer keys are in ascending order, whatever the order of arrival.
    if (error === undefined) statusCodes[String(kind)] = count;
    else errors[error] = count;
  }
  return { statusCodes, errors };
}
