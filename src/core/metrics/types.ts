import type * as v from 'valibot';
import type { PrecisionResult } from './precision.ts';
import type { Frozen } from '../schema.ts';
import type { clientHealthSchema } from './schemas/client-health-schema.ts';
import type { binsSchema, distributionSchema } from './schemas/distribution-schema.ts';
import type { failureSchema } from './schemas/failure-schema.ts';
import type { numbersSchema, streamNumbersSchema, userSpeedSchema } from './schemas/numbers-schema.ts';
import type {
  backlogSchema,
  streamedRequestSchema,
  summarySchema,
  timelineSchema,
  ttftByInputSchema,
} from './schemas/summary-schema.ts';

/**
 * Reasons why a request got no usable response: none that was complete, or one of a language model that has an error, has no
 * token, or isn't finished. Separate from status codes.
 */
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
/** A reason why a request got no usable response. */
export type ErrorKind = (typeof errorKinds)[number];

/** Failures with the same status or error kind and the same text. Secrets are masked. */
export type FailureSample = Frozen<v.InferOutput<typeof failureSchema>>;

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
  /** Number of the turn in its conversation, from 1, and the number of turns planned; undefined outside conversations. */
  readonly turn?: number | undefined;
  readonly turns?: number | undefined;
  /** Set if the response was read as a stream of tokens. */
  readonly stream?: StreamSample | undefined;
  /** One text per choice; undefined unless texts are kept to be counted, and the response is all text. */
  readonly texts?: readonly GeneratedText[] | undefined;
}

/** The text of one choice of a response, in UTF-8. */
export interface GeneratedText {
  readonly bytes: Uint8Array;
  /** Number of bytes in the first chunk. */
  readonly firstBytes: number;
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

/** Sources of input tokens. A run uses one of them. */
export const inputTokenSources = ['reported', 'tokenizer'] as const;

/** Quantiles of every distribution. */
export const quantileNames = ['median', 'p90', 'p95', 'p99', 'p999'] as const;
/** A quantile of a distribution. */
export type QuantileName = (typeof quantileNames)[number];

/** Statistics of one metric in its unit. Null without samples. */
export type Distribution = Frozen<v.InferOutput<typeof distributionSchema>>;

/** Times of successful streamed responses. */
export type StreamNumbers = Frozen<v.InferOutput<typeof streamNumbersSchema>>;

/** Counts and statistics of a whole run or one target. Numbers of streams are absent if there was none. */
export type Numbers = Frozen<v.InferOutput<typeof numbersSchema>>;

/** Events per slice of the run, by time of `end`. Column i of every array is slice i, `widthMs` wide. */
export type Timeline = Frozen<v.InferOutput<typeof timelineSchema>>;

/** Times of one streamed request, ms from the start of the run's clock. */
export type StreamedRequest = Frozen<v.InferOutput<typeof streamedRequestSchema>>;

/** TTFT of streams against their input tokens. */
export type TtftByInput = Frozen<v.InferOutput<typeof ttftByInputSchema>>;

/** Output tokens per second of single streams. */
export type UserSpeed = Frozen<v.InferOutput<typeof userSpeedSchema>>;

/**
 * Histogram for display, of latency or another time. `counts[i]` are in `[edgesMs[i], edgesMs[i+1])`; the last bin
 * includes its upper edge.
 */
export type LatencyBins = Frozen<v.InferOutput<typeof binsSchema>>;

/** Queued requests of the open model: due, but not sent because the maximum was in flight. */
export type Backlog = Frozen<v.InferOutput<typeof backlogSchema>>;

/** The numbers of a run. */
export type Summary = Frozen<v.InferOutput<typeof summarySchema>>;

/** Accuracy of the numbers, as measured by the client about itself. Null after a crash, which loses the readings. */
export type ClientHealth = Frozen<v.InferOutput<typeof clientHealthSchema>>;

/** `client`: the sending process was the limit. `machine`: other work on its machine disturbed it. */
export const healthBounds = ['client', 'machine'] as const;
/** A bottleneck other than the server. */
export type HealthBound = (typeof healthBounds)[number];

/** Phase of a run. `draining`: the last request has been sent. */
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
  /** Precision at the last look; absent before the first, and if the run isn't to reach any. */
  readonly precision?: PrecisionResult;
}
