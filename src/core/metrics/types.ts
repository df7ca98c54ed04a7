import type { TransportName } from '../vocabulary.ts';

/** Reasons why a request got no complete response. Separate from status codes. */
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
/** A reason why a request got no complete response. */
export type ErrorKind = (typeof errorKinds)[number];

/** Failures with the same status or error kind and the same text. Secrets are masked. */
export interface FailureSample {
  /** First target with this failure. */
  readonly target: string;
  /** All targets seen with this failure, at most 20; absent if it is only `target`. */
  readonly targets?: readonly string[];
  readonly status: number;
  readonly error?: ErrorKind;
  /** Key part of the text, at most 200 characters; empty without a text. Absent in older records, as is `count`. */
  readonly reason?: string;
  /** The transport's error, or the start of the body, of the first failure. */
  readonly text: string;
  /** Number of failures. */
  readonly count?: number;
  /** The count is extrapolated, because only some of many failures are read. */
  readonly estimated?: boolean;
}

/** Times and outcome of one request. Times are ms from the start of the run's clock. */
export interface Sample {
  readonly target: number;
  readonly scheduledMs: number;
  readonly sentMs: number;
  /** NaN without headers. */
  readonly headersMs: number;
  /** Time when the body was complete or the request failed. */
  readonly endMs: number;
  /** HTTP status; 0 without headers. */
  readonly status: number;
  /**
   * Set if the response is missing or incomplete. A sample with status and error counts as an error, not as a response.
   */
  readonly error?: ErrorKind | undefined;
  readonly bytes: number;
  /** Undefined if the response reports none. */
  readonly outputTokens?: number | undefined;
  /** Source of `outputTokens` (default: `output_tokens`). */
  readonly tokenSource?: TokenSource | undefined;
  /** Reasoning tokens among `outputTokens`. */
  readonly reasoningTokens?: number | undefined;
  /** Reasoning tokens among `outputTokens` that were counted but not streamed; undefined if none. */
  readonly hiddenTokens?: number | undefined;
  /** Input tokens including cached ones, and those from the server's cache; undefined if the response reports none. */
  readonly inputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  /** Output tokens that the request asked for; undefined unless it asked for an exact number. */
  readonly askedTokens?: number | undefined;
  /** Set if the response was read as a stream of tokens. */
  readonly stream?: StreamSample | undefined;
}

/** Times of a streamed response. A chunk has content, reasoning, or a tool call that isn't empty. */
export interface StreamSample {
  /** Arrival of the first and the last chunk; NaN without a chunk. */
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly chunks: number;
  /**
   * Output tokens that didn't arrive between the first and the last chunk, and so aren't part of TPOT: those in the
   * first chunk of each choice, hidden ones, and ones without text around them. NaN if unknown.
   */
  readonly untimedTokens: number;
  /**
   * The first `chunks − 1` values are the times between a chunk and the previous one of the same choice, ms; NaN for a
   * choice's first. May be reused after the sample has been added.
   */
  readonly gapsMs: Float64Array;
  /** Arrival of each of these chunks, after the first, in a response with several choices. */
  readonly sinceFirstMs?: Float64Array | undefined;
}

/** Ways to compute quantiles: Hyndman & Fan type 7 on raw samples, or an HDR histogram with 3 significant digits. */
export const percentileMethods = ['linear-interpolation', 'hdr-histogram'] as const;
/** A way to compute quantiles. */
export type PercentileMethod = (typeof percentileMethods)[number];

/** Sources of output tokens; the first that applies is used. */
export const tokenSources = ['usage', 'output_tokens', 'eval_count', 'tokenizer', 'chunks', 'none'] as const;
/** A source of output tokens. */
export type TokenSource = (typeof tokenSources)[number];

/** Quantiles of every distribution. */
export const quantileNames = ['median', 'p90', 'p95', 'p99', 'p999'] as const;
/** A quantile of a distribution. */
export type QuantileName = (typeof quantileNames)[number];

/** Statistics of one metric in its unit. Null without samples. */
export interface Distribution extends Readonly<Record<QuantileName, number | null>> {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** Sample standard deviation (n − 1); null below two samples. */
  readonly stdev: number | null;
  /** Exact order-statistic 95% interval of each quantile; null if there are too few samples for it to be reliable. */
  readonly interval95: Readonly<Record<QuantileName, readonly [low: number, high: number] | null>>;
}

/** Number of streamed responses, and results of the failed ones. */
export interface StreamCounts {
  /** Complete streams. */
  readonly whole: number;
  /** Streams that failed after a token, and their number of chunks. Excluded from all times and token numbers. */
  readonly partial: number;
  readonly partialChunks: number;
}

/** Times of successful streamed responses. */
export interface StreamNumbers {
  readonly streams: StreamCounts;
  /** First token − sent. */
  readonly ttftMs: Distribution;
  /** Inter-chunk latency over all streams. */
  readonly iclMs: Distribution;
  /** (E2E − TTFT) / (output tokens − tokens in the first chunk), one value per stream with a positive divisor. */
  readonly tpotMs: Distribution;
  /** Last token − sent. */
  readonly e2eMs: Distribution;
  /** Longest inter-chunk latency, one value per stream with two or more chunks. */
  readonly stallMs: Distribution;
}

/** Counts and statistics of a whole run or one target. Numbers of streams are absent if there was none. */
export interface Numbers extends Partial<StreamNumbers> {
  /**
   * Requests that left and ended, with a response or failed. Those that a cancellation cut off are in
   * `requestsCancelled`.
   */
  readonly requestsSent: number;
  /** Complete responses with any status. */
  readonly responses: number;
  /** 2xx with a complete body. */
  readonly successes: number;
  /** successes / requestsSent; null if nothing was sent. */
  readonly successRatio: number | null;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
  /** end − sent over all responses. */
  readonly latencyMs: Distribution;
  /** end − sent over successes. */
  readonly successLatencyMs: Distribution;
  readonly ttfbMs: Distribution;
  /** responses / the time for rates (`rateMs`). */
  readonly throughputPerS: number | null;
  /** successes / the same time. */
  readonly successThroughputPerS: number | null;
  readonly bytesReceived: number;
  readonly outputTokens: number;
  /** Σ output tokens / all responses; null without a token source. */
  readonly avgOutputTokens: number | null;
  readonly outputTokensPerS: number | null;
  /** Reasoning tokens among the output tokens; absent if none. */
  readonly reasoningTokens?: number;
  /** Reasoning tokens that were counted but not streamed. Excluded from times between tokens. Absent if none. */
  readonly hiddenReasoningTokens?: number;
  /**
   * Responses with known output tokens whose request asked for an exact number, and those with exactly that number. Absent
   * if none.
   */
  readonly askedLengths?: { readonly responses: number; readonly met: number };
  /** Σ input tokens including cached ones. This and all below are absent if no response reported any. */
  readonly inputTokens?: number;
  /** Input tokens from the server's cache; absent if no response reported it. */
  readonly cachedInputTokens?: number;
  readonly inputTokensPerS?: number | null;
  /** Input and output tokens together; null if output tokens are unknown. */
  readonly totalTokensPerS?: number | null;
}

/** Events per slice of the run, by time of `end`. Column i of every array is slice i, `widthMs` wide. */
export interface Timeline {
  readonly widthMs: number;
  /**
   * End of the last request and so of the last slice, ms from the start of the run's clock. Absent in older records.
   */
  readonly endMs?: number;
  readonly responses: readonly number[];
  /** Failed requests: transport errors, and responses other than 2xx, which are also in `responses`. */
  readonly failures: readonly number[];
  /** p50 and p95 latency of the slice's responses; null without responses. */
  readonly medianMs: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  /**
   * Output tokens that arrived in the slice. Those of a stream count by the times of its chunks, with equal shares for
   * all chunks after the first. All others count at the end of their response. Absent without streams.
   */
  readonly outputTokens?: readonly number[];
}

/** Times of one streamed request, ms from the start of the run's clock. */
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
  /** Up to three longest times between two chunks, in order of time. */
  readonly longestGapsMs: readonly (readonly [from: number, to: number])[];
}

/**
 * Histogram for display, of latency or another time. `counts[i]` are in `[edgesMs[i], edgesMs[i+1])`; the last bin
 * includes its upper edge.
 */
export interface LatencyBins {
  readonly edgesMs: readonly number[];
  readonly counts: readonly number[];
}

/** Queued requests of the open model: due, but not sent because the maximum was in flight. */
export interface Backlog {
  /** Peak backlog and its time, ms from the start; null if nothing was ever queued. */
  readonly max: number;
  readonly maxAtMs: number | null;
  /** Time during which at least one request was queued, ms. */
  readonly waitedMs: number;
  /** Requests that were due and never left, because the run ended first. In no other number. */
  readonly unsent: number;
  /** Peak backlog in each slice of the run, `widthMs` wide. */
  readonly widthMs: number;
  readonly waiting: readonly number[];
}

/** The numbers of a run. */
export interface Summary extends Numbers {
  /** First `sent` to last `end`. */
  readonly totalMs: number;
  /**
   * Time that all rates are based on, ms: from the first `sent` to the end of the last response. In timed open-model
   * runs, at least the time during which requests were to leave. Absent in older records, whose rates are over the
   * total time.
   */
  readonly rateMs?: number;
  /**
   * Requests in flight that a cancellation cut off. In no other number. Those that the drain limit ends count as
   * timeouts.
   */
  readonly requestsCancelled: number;
  /**
   * Requests sent again over a new connection because the server had just closed their idle one without a byte of a
   * response. Their times count from the first sending. Absent if none.
   */
  readonly reconnected?: number;
  /**
   * Time of the last response, ms from the start of the run's clock, if at least 20 requests that left later got none
   * and are most of the failures. Absent otherwise.
   */
  readonly unresponsiveFromMs?: number;
  /** Open model only. */
  readonly backlog?: Backlog;
  readonly percentileMethod: PercentileMethod;
  /** The least exact source that any response needed. */
  readonly tokenSource: TokenSource;
  /** Quantile method of `iclMs`, separate because chunks outnumber requests. Absent without streams. */
  readonly iclPercentileMethod?: PercentileMethod;
  /** Histograms of `ttftMs` and `iclMs`. Absent without streams. */
  readonly ttftBins?: LatencyBins;
  readonly iclBins?: LatencyBins;
  /** Streamed requests including failed ones: all of up to 50, otherwise an evenly spread sample. By time of `sent`. */
  readonly streamedRequests?: readonly StreamedRequest[];
  /** end − scheduled over all responses. */
  readonly responseTimeMs: Distribution;
  /** sent − scheduled over all requests. */
  readonly scheduleLagMs: Distribution;
  /** Requests per second that succeeded and met every per-request objective; null without objectives. */
  readonly goodputPerS: number | null;
  /** Share of requests that met every objective; null without objectives. */
  readonly sloAttainment: number | null;
  /**
   * Targets with requests, in file order, at most 10,000; `otherTargets` sums up the others. Rates are per second of
   * the whole run.
   */
  readonly perTarget: readonly (Numbers & { readonly name: string })[];
  /** Sum of the targets without a row, without quantiles. Absent unless the file has more than 10,000 targets. */
  readonly otherTargets?: Numbers & { readonly targets: number };
  readonly timeline: Timeline;
  readonly latencyBins: LatencyBins;
}

/** Accuracy of the numbers, as measured by the client about itself. Null after a crash, which loses the readings. */
export interface ClientHealth {
  readonly eventLoopDelayP99Ms: number | null;
  readonly eventLoopDelayMaxMs: number | null;
  /** CPU time of the sending process / elapsed time; 1 = one core. */
  readonly cpuShare: number | null;
  readonly connectionsOpened: number | null;
  /** Requests sent on a used connection. */
  readonly connectionsReused: number | null;
  readonly scheduleLagP99Ms: number | null;
  /** |N̄ − X·R̄| / N̄; null if nothing was in flight. */
  readonly littlesLawResidual: number | null;
  /**
   * Number of event loops that sent, each in its own thread. Readings are those of the worst loop. This and all below
   * are absent in older records.
   */
  readonly loops?: number | null;
  /** Delay of an idle thread, p99, ms: the part of `eventLoopDelayP99Ms` that the machine adds. */
  readonly idleDelayP99Ms?: number | null;
  /** Utilization of the event loop, 0 to 1. */
  readonly loopUtilisation?: number | null;
  /**
   * Dispatch gap: time from handing a request to the transport to writing its bytes, over requests on a used
   * connection; null without one.
   */
  readonly dispatchGapP99Ms?: number | null;
  readonly dispatchGapMaxMs?: number | null;
  /** Longest pauses of the event loop: by its own work, and by the machine. 0: none over 10 ms. */
  readonly ownStallMs?: number | null;
  readonly machineStallMs?: number | null;
  /** CPU steal: share of the machine's CPU time, 0 to 1; null if the system doesn't report it. */
  readonly stealShare?: number | null;
  /** CPU pressure: share of the run in which a task waited for a core, 0 to 1; null if the system doesn't report it. */
  readonly cpuPressureShare?: number | null;
  /** Transport: raw (the built-in HTTP client) or undici. Absent in older records and after a crash. */
  readonly transport?: TransportName;
  /** The bottleneck if it wasn't the server; `warnings` explain it. */
  readonly bound?: HealthBound | null;
  /** Plain sentences; empty without doubts about the client. */
  readonly warnings: readonly string[];
}

/** `client`: the sending process was the limit. `machine`: other work on its machine disturbed it. */
export const healthBounds = ['client', 'machine'] as const;
/** A bottleneck other than the server. */
export type HealthBound = (typeof healthBounds)[number];

/** Phase of a run. `draining`: the last request has left. */
export type RunPhase = 'connecting' | 'warmup' | 'running' | 'draining';

/** State of a run in progress. Each snapshot replaces the previous one. */
export interface Snapshot {
  readonly phase: RunPhase;
  /** Time since the clock started, ms; 0 before. */
  readonly elapsedMs: number;
  readonly inFlight: number;
  /** Queued requests of the open model. */
  readonly waiting: number;
  /** Results so far. Quantiles and intervals are from the histogram, and there are no rows per target. */
  readonly summary: Summary;
  /** The most frequent failures so far; absent without failures. */
  readonly failures?: readonly FailureSample[];
  /** Remarks on the server so far; absent without any. */
  readonly notes?: readonly string[];
}
