import type { TransportName } from '../vocabulary.ts';

/** Why a request got no whole answer. Kept apart from status codes: nothing is made up. */
export const errorKinds = [
  'refused',
  'reset',
  'timeout',
  'dns',
  'tls',
  'unreachable',
  'client',
  'parse',
  'prematureEnd',
  'streamError',
  'responseError',
  'unfinished',
  'noToken',
  'other',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** Failures of one status or kind of error whose response or error said the same; secrets masked. */
export interface FailureSample {
  /** The first target that failed so. */
  readonly target: string;
  /** All targets seen to fail so, at most 20; absent where that is the first alone. */
  readonly targets?: readonly string[];
  readonly status: number;
  readonly error?: ErrorKind;
  /** The most telling part of it, at most 200 characters; empty when nothing was said. Absent in older records, as is `count`. */
  readonly reason?: string;
  /** What the transport said, or the start of the body, of the first. */
  readonly text: string;
  /** Number of failures. */
  readonly count?: number;
  /** The count is extrapolated: of many failures only some are read. */
  readonly estimated?: boolean;
}

/** One request's stamps and outcome. Times are milliseconds from the start of the run's clock. */
export interface Sample {
  readonly target: number;
  readonly scheduledMs: number;
  readonly sentMs: number;
  /** NaN when no headers arrived. */
  readonly headersMs: number;
  /** When the body was read to its end, or the request failed. */
  readonly endMs: number;
  /** HTTP status; 0 when no headers arrived. */
  readonly status: number;
  /** Set when the answer is missing or not whole. A sample with status and error counts as an error, not as a response. */
  readonly error?: ErrorKind | undefined;
  readonly bytes: number;
  /** Undefined when the answer names none. */
  readonly outputTokens?: number | undefined;
  /** Where `outputTokens` come from; `output_tokens` unless set. */
  readonly tokenSource?: TokenSource | undefined;
  /** Tokens of reasoning among `outputTokens`. */
  readonly reasoningTokens?: number | undefined;
  /** Tokens of reasoning among `outputTokens` that were counted and not streamed; undefined when there are none. */
  readonly hiddenTokens?: number | undefined;
  /** Input tokens, cached ones included, and those that came from the server's cache; undefined when the response names none. */
  readonly inputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  /** Set when the response was read as a stream of tokens. */
  readonly stream?: StreamSample | undefined;
}

/** What a streamed answer looked like in time; a chunk is one with content, reasoning or a tool call that is not empty. */
export interface StreamSample {
  /** When the first and the last chunk arrived; NaN for a stream without one. */
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly chunks: number;
  /**
   * Output tokens that did not come between the first and the last chunk, so that they are no part of TPOT: those of the first
   * chunk of each choice, hidden ones, and ones without text around. NaN when nobody knows how many.
   */
  readonly untimedTokens: number;
  /**
   * The first `chunks − 1` places are the times between a chunk and the one before it of the same choice; NaN for a choice's
   * first. May be used again after the sample is taken in.
   */
  readonly gapsMs: Float64Array;
  /** Of a response with several choices when each of these chunks came, after the first. */
  readonly sinceFirstMs?: Float64Array | undefined;
}

/** How quantiles were made: Hyndman & Fan type 7 on raw samples, or an HDR histogram with 3 significant digits. */
export const percentileMethods = ['linear-interpolation', 'hdr-histogram'] as const;
export type PercentileMethod = (typeof percentileMethods)[number];

/** Where output tokens come from, first that applies. */
export const tokenSources = ['usage', 'output_tokens', 'eval_count', 'tokenizer', 'chunks', 'none'] as const;
export type TokenSource = (typeof tokenSources)[number];

/** The quantiles every distribution carries. */
export const quantileNames = ['median', 'p90', 'p95', 'p99', 'p999'] as const;
export type QuantileName = (typeof quantileNames)[number];

/** Statistics of one metric, in its unit. Null where there is no sample. */
export interface Distribution extends Readonly<Record<QuantileName, number | null>> {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** Sample standard deviation (n − 1); null below two samples. */
  readonly stdev: number | null;
  /** Exact order-statistic 95 % interval of each quantile; null = fewer samples than it takes: not reliable. */
  readonly interval95: Readonly<Record<QuantileName, readonly [low: number, high: number] | null>>;
}

/** How many answers were streamed, and what came of those that failed. */
export interface StreamCounts {
  /** Streams that were whole. */
  readonly whole: number;
  /** Streams that failed after they had sent a token, and how many chunks these had sent. In no time and no token number. */
  readonly partial: number;
  readonly partialChunks: number;
}

/** What streamed answers looked like in time: successes alone. */
export interface StreamNumbers {
  readonly streams: StreamCounts;
  /** First token − sent. */
  readonly ttftMs: Distribution;
  /** Times between chunks, of all streams together. */
  readonly iclMs: Distribution;
  /** (E2E − TTFT) / (output tokens − tokens in the first chunk), one value for each stream where that is more than none. */
  readonly tpotMs: Distribution;
  /** Last token − sent. */
  readonly e2eMs: Distribution;
  /** The longest time between two chunks, one value for each stream of two chunks or more. */
  readonly stallMs: Distribution;
}

/** Counts and statistics of a set of requests: a whole run or one target. Without the numbers of streams when there was none. */
export interface Numbers extends Partial<StreamNumbers> {
  /** Requests that left and ended (answered or failed); those a cancel cut off are in `requestsCancelled`. */
  readonly requestsSent: number;
  /** Whole answers, whatever their status. */
  readonly responses: number;
  /** 2xx with a whole body. */
  readonly successes: number;
  /** successes / requestsSent; null when nothing was sent. */
  readonly successRatio: number | null;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
  /** end − sent over all responses. */
  readonly latencyMs: Distribution;
  /** end − sent over successes alone. */
  readonly successLatencyMs: Distribution;
  readonly ttfbMs: Distribution;
  /** responses / the time that rates are over (`rateMs`). */
  readonly throughputPerS: number | null;
  /** successes / the same time. */
  readonly successThroughputPerS: number | null;
  readonly bytesReceived: number;
  readonly outputTokens: number;
  /** Σ output tokens / all responses; null without a token source. */
  readonly avgOutputTokens: number | null;
  readonly outputTokensPerS: number | null;
  /** Tokens of reasoning among the output tokens; absent when there are none. */
  readonly reasoningTokens?: number;
  /** Those of them that were counted and not streamed: in no time between tokens. Absent when there are none. */
  readonly hiddenReasoningTokens?: number;
  /** Σ input tokens, cached ones included. This and all below are absent when no response named any. */
  readonly inputTokens?: number;
  /** Input tokens that the server took from a cache; absent when no response said so. */
  readonly cachedInputTokens?: number;
  readonly inputTokensPerS?: number | null;
  /** Input and output tokens together; null when output tokens aren't named. */
  readonly totalTokensPerS?: number | null;
}

/** What happened in one slice of the run, by time of `end`. Column i of every array is slice i, `widthMs` wide. */
export interface Timeline {
  readonly widthMs: number;
  /** When the last request ended, ms from the start of the run's clock: so far the last slice reaches. Absent in older records. */
  readonly endMs?: number;
  readonly responses: readonly number[];
  /** Requests without success: transport errors, and responses other than 2xx (these are in `responses` too). */
  readonly failures: readonly number[];
  /** Median and 95th percentile latency of the slice's responses; null where there are none. */
  readonly medianMs: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  /**
   * Output tokens that arrived in the slice: those of a stream by the time of its chunks, each chunk after the first taken for
   * as many as the next, all others at the end of their answer. Absent when nothing was streamed.
   */
  readonly outputTokens?: readonly number[];
}

/** One streamed request as it went, in ms from the start of the run's clock. */
export interface StreamedRequest {
  readonly target: string;
  readonly scheduledMs: number;
  readonly sentMs: number;
  /** Null for a stream without a token. */
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  readonly endMs: number;
  readonly status: number;
  readonly error?: ErrorKind;
  readonly chunks: number;
  readonly outputTokens: number | null;
  /** Its longest times between two chunks, at most three, in order of time. */
  readonly longestGapsMs: readonly (readonly [from: number, to: number])[];
}

/** Histogram for display, of the latency of all responses or of another time: `counts[i]` lie in `[edgesMs[i], edgesMs[i+1])`, the last bin closed. */
export interface LatencyBins {
  readonly edgesMs: readonly number[];
  readonly counts: readonly number[];
}

/** Requests of an open loop that were due and had not left, because as many were in flight as may be. */
export interface Backlog {
  /** The most at one time, and when that was, ms from the start; null when none ever waited. */
  readonly max: number;
  readonly maxAtMs: number | null;
  /** For how long at least one waited. */
  readonly waitedMs: number;
  /** Requests that were due and never left: the run ended first. In no other number. */
  readonly unsent: number;
  /** The most at one time in each slice of the run, `widthMs` wide. */
  readonly widthMs: number;
  readonly waiting: readonly number[];
}

/** The numbers of a run. */
export interface Summary extends Numbers {
  /** First `sent` to last `end`. */
  readonly totalMs: number;
  /**
   * What all rates are over, ms: from the first `sent` to the end of the last response, by the clock or by duration at least
   * as long as requests were to leave. Absent in older records, whose rates are over the total time.
   */
  readonly rateMs?: number;
  /** Requests in flight when a cancel cut them off. In no other number. Those the drain limit ends count as timeouts. */
  readonly requestsCancelled: number;
  /**
   * Requests that met the server's close of an idle connection, without a byte of a response, and were sent once more over a new
   * one. Their times count from the first sending. Absent when there were none.
   */
  readonly reconnected?: number;
  /**
   * When the last response came, ms from the start of the run's clock, where at least 20 requests that left later got none and
   * make up most of the failures. Absent otherwise.
   */
  readonly unresponsiveFromMs?: number;
  /** Of an open loop alone. */
  readonly backlog?: Backlog;
  readonly percentileMethod: PercentileMethod;
  /** The least exact one that any answer needed. */
  readonly tokenSource: TokenSource;
  /** How the quantiles of `iclMs` were made: there are many more chunks than requests. Absent when nothing was streamed. */
  readonly iclPercentileMethod?: PercentileMethod;
  /** Histograms of `ttftMs` and `iclMs`. Absent when nothing was streamed. */
  readonly ttftBins?: LatencyBins;
  readonly iclBins?: LatencyBins;
  /** Streamed requests, failed ones too: all of them up to 50, otherwise some of them, evenly spread. By time of `sent`. */
  readonly streamedRequests?: readonly StreamedRequest[];
  /** end − scheduled over all responses. */
  readonly responseTimeMs: Distribution;
  /** sent − scheduled over all requests. */
  readonly scheduleLagMs: Distribution;
  /** Requests per second that succeeded and met every per-request objective; null without objectives. */
  readonly goodputPerS: number | null;
  /** Share of requests that met every objective; null without objectives. */
  readonly sloAttainment: number | null;
  /** Targets that got a request, in the order of the file; 10,000 at most, of which `otherTargets` are the rest. Rates are per second of the whole run. */
  readonly perTarget: readonly (Numbers & { readonly name: string })[];
  /** The targets that have no row, together and without quantiles. Absent unless the file has more than 10,000 targets. */
  readonly otherTargets?: Numbers & { readonly targets: number };
  readonly timeline: Timeline;
  readonly latencyBins: LatencyBins;
}

/** Is the number true? What the client says of itself. A process that dies takes its own readings along: they are null. */
export interface ClientHealth {
  readonly eventLoopDelayP99Ms: number | null;
  readonly eventLoopDelayMaxMs: number | null;
  /** CPU time of the sending process / elapsed time; 1 = one core. */
  readonly cpuShare: number | null;
  readonly connectionsOpened: number | null;
  /** Requests that went out on a connection that had carried one before. */
  readonly connectionsReused: number | null;
  readonly scheduleLagP99Ms: number | null;
  /** |N̄ − X·R̄| / N̄; null when nothing was in flight. */
  readonly littlesLawResidual: number | null;
  /** How many event loops sent, each in a thread of its own; readings of a loop are those of the worst. This and all below are absent in older records. */
  readonly loops?: number | null;
  /** How late a thread that had nothing to do was: what the machine adds to `eventLoopDelayP99Ms`. */
  readonly idleDelayP99Ms?: number | null;
  /** Share of the run in which the event loop was at work, not waiting; 0 to 1. */
  readonly loopUtilisation?: number | null;
  /** From handing a request to the transport to its bytes being written, over requests on a connection used before; null without one. */
  readonly dispatchGapP99Ms?: number | null;
  readonly dispatchGapMaxMs?: number | null;
  /** The longest time for which the event loop stood still over its own work, and because it was not let. 0 = not over 10 ms at one time. */
  readonly ownStallMs?: number | null;
  readonly machineStallMs?: number | null;
  /** Share of the machine's CPU time that the hypervisor kept; null where the system does not tell. */
  readonly stealShare?: number | null;
  /** Share of the run in which something on the machine waited for a core; null where the system does not tell. */
  readonly cpuPressureShare?: number | null;
  /** What sent: raw sockets, or undici. Absent in older records, and when the process that sent died. */
  readonly transport?: TransportName;
  /** What the numbers were limited by, when it was not the server: `warnings` say why. */
  readonly bound?: HealthBound | null;
  /** Plain sentences; empty when the client can be trusted. */
  readonly warnings: readonly string[];
}

/** `client`: the process that sends was itself the limit. `machine`: what else ran on its machine disturbed it. */
export const healthBounds = ['client', 'machine'] as const;
export type HealthBound = (typeof healthBounds)[number];

/** What a run is doing; `draining`: the last request has left. */
export type RunPhase = 'connecting' | 'warmup' | 'running' | 'draining';

/** A run in progress, whole: each snapshot replaces the one before. */
export interface Snapshot {
  readonly phase: RunPhase;
  /** Since the clock started; 0 before. */
  readonly elapsedMs: number;
  readonly inFlight: number;
  /** Requests of an open loop that are due and have not left. */
  readonly waiting: number;
  /** What has been measured so far; quantiles and intervals from the histogram, no per-target rows. */
  readonly summary: Summary;
  /** The most frequent failures so far; absent while nothing has failed. */
  readonly failures?: readonly FailureSample[];
}
