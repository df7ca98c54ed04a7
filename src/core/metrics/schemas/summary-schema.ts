import * as v from 'valibot';
import { about, amount, count, numberOrNull, positiveCount, shareOrNull } from '../../schema.ts';
import { percentileMethods, tokenSources } from '../types.ts';
import { binsSchema, distributionSchema } from './distribution-schema.ts';
import { errorKindSchema, numbersSchema } from './numbers-schema.ts';

/** Events per slice of a run; see `Timeline`. */
export const timelineSchema = v.object({
  widthMs: about({ description: 'Width of a slice.', exclusiveMinimum: 0 }, v.number()),
  endMs: v.exactOptional(
    about(
      'End of the last request and of the last slice, from the start of the clock. Absent in older records.',
      amount,
    ),
  ),
  responses: about({ description: 'Responses in each slice.', maxItems: 120 }, v.array(count)),
  failures: about(
    { description: 'Failed requests in each slice: errors, and responses other than 2xx.', maxItems: 120 },
    v.array(count),
  ),
  medianMs: about(
    { description: "p50 latency of each slice's responses, within 0.8%; null without responses.", maxItems: 120 },
    v.array(numberOrNull),
  ),
  p95Ms: about(
    { description: "p95 latency of each slice's responses, within 0.8%; null without responses.", maxItems: 120 },
    v.array(numberOrNull),
  ),
  outputTokens: v.exactOptional(
    about(
      {
        description:
          'Output tokens that arrived in each slice; those of a stream by the times of its chunks. Absent without streams.',
        maxItems: 120,
      },
      v.array(amount),
    ),
  ),
});

/** Times of one streamed request; see `StreamedRequest`. */
export const streamedRequestSchema = v.object({
  target: about('Name of the target.', v.string()),
  scheduledMs: about('Time at which the plan scheduled the request.', v.number()),
  sentMs: about('Time at which the request was sent.', v.number()),
  firstTokenMs: about('Arrival of the first token; null without a token.', numberOrNull),
  lastTokenMs: about('Arrival of the last token; null without a token.', numberOrNull),
  endMs: about('Time at which the response was complete or the request failed.', v.number()),
  status: about('HTTP status; 0 without headers.', count),
  error: v.exactOptional(errorKindSchema),
  chunks: about('Number of chunks with content.', count),
  outputTokens: about('Output tokens; null if the response reports none.', numberOrNull),
  longestGapsMs: about(
    { description: 'Longest times between two chunks, from and to, in order of time.', maxItems: 3 },
    v.array(v.strictTuple([v.number(), v.number()])),
  ),
});

/** Reasons why no line is fitted to TTFT against input tokens. */
const noFitReasons = ['few streams', 'equal inputs', 'no slope', 'below zero'] as const;

/** TTFT against input tokens; see `TtftByInput`. */
export const ttftByInputSchema = v.object({
  uncached: about("True: tokens from the server's cache are left out, because responses report them.", v.boolean()),
  streams: about({ description: 'Streams whose responses report input tokens.', minimum: 1 }, count),
  minTokens: about('Minimum of their input tokens.', amount),
  meanTokens: about('Mean of their input tokens.', amount),
  maxTokens: about('Maximum of their input tokens.', amount),
  points: about(
    {
      description: 'Input tokens and TTFT (ms): of all streams up to 200, otherwise of an evenly spread sample.',
      maxItems: 200,
    },
    v.array(v.strictTuple([amount, v.number()])),
  ),
  fit: v.exactOptional(
    about(
      'Theil–Sen line through the points: TTFT = interceptMs + msPer1000Tokens × input tokens / 1000. Absent if it would say nothing.',
      v.object({
        interceptMs: about('TTFT without input tokens.', v.number()),
        msPer1000Tokens: about('Additional TTFT for 1,000 input tokens.', v.number()),
        interval95: about('95% interval of msPer1000Tokens.', v.strictTuple([v.number(), v.number()])),
        r2: about('Squared correlation of TTFT and input tokens over all streams.', v.number()),
        prefillTokensPerS: about(
          'Input tokens per second that the slope stands for: 1,000,000 / msPer1000Tokens.',
          v.number(),
        ),
      }),
    ),
  ),
  noFit: v.exactOptional(
    about(
      'Why there is no fit: fewer than 30 streams, input tokens whose standard deviation is below 10% of their mean, a slope whose interval reaches 0, or an intercept that is below 0 with every slope of the interval.',
      v.picklist(noFitReasons),
    ),
  ),
});

/** Queued requests of the open model; see `Backlog`. */
export const backlogSchema = v.object({
  max: about('Peak backlog.', count),
  maxAtMs: about('Time of the peak from the start of the clock; null if nothing was ever queued.', numberOrNull),
  waitedMs: about('Time during which at least one request was queued.', amount),
  unsent: about('Requests that were due but never sent, because the run ended first. In no other number.', count),
  widthMs: about('Width of a slice.', v.number()),
  waiting: about('Peak backlog in each slice.', v.array(count)),
});

/** The numbers of one target. */
const targetNumbersSchema = v.object({
  name: about('Name of the target.', v.string()),
  ...numbersSchema.entries,
  latencyBins: v.exactOptional(
    about('Histogram of its latencyMs; absent unless the plan has 2 to 5 targets.', binsSchema),
  ),
  timeline: v.exactOptional(
    about(
      'Its events per slice of the run, without tokens; slices may be wider than those of the run. Absent unless the plan has 2 to 5 targets.',
      timelineSchema,
    ),
  ),
});

/** The numbers of one turn of all conversations. */
const turnNumbersSchema = v.object({
  turn: about('Number of the turn, from 1. 50 has those of all later turns, too.', positiveCount),
  ...numbersSchema.entries,
});

/** Conversations; see `Summary`. */
const conversationsSchema = v.object({
  started: about('Conversations that started: completed, failed, and cut ones.', count),
  completed: about('Conversations whose last turn succeeded.', count),
  failed: about('Conversations that a failed turn ended.', count),
  cut: about('Conversations that the end of the run cut off before their last turn.', count),
});

/** The numbers of a run; see `Summary`. */
export const summarySchema = v.object({
  ...numbersSchema.entries,
  totalMs: about('Time from the first sent to the last end.', amount),
  rateMs: v.exactOptional(
    about(
      'Time that all rates are based on: from the first sent to the end of the last response. In timed open-model runs, at least the time during which requests were to leave. Absent in older records, whose rates are based on totalMs.',
      amount,
    ),
  ),
  requestsCancelled: about('Requests in flight that a cancellation cut off. In no other number.', count),
  reconnected: v.exactOptional(
    about(
      'Requests sent again over a new connection, because the server had just closed their idle one without a byte of a response. Their times count from the first sending. Absent if none.',
      count,
    ),
  ),
  unresponsiveFromMs: v.exactOptional(
    about(
      "Time of the last response, from the start of the run's clock, if at least 20 requests that left later got none and are most of the failures. Absent otherwise.",
      amount,
    ),
  ),
  backlog: v.exactOptional(
    about('Open model: requests that were due but not sent, because the maximum number was in flight.', backlogSchema),
  ),
  percentileMethod: about(
    'Quantile method: type 7 of Hyndman and Fan on all samples, or an HDR histogram with 3 significant digits.',
    v.picklist(percentileMethods),
  ),
  iclPercentileMethod: v.exactOptional(
    about(
      'Quantile method of iclMs, separate because chunks outnumber requests. Absent without streams.',
      v.picklist(percentileMethods),
    ),
  ),
  tokenSource: about('Source of output tokens: the least exact that any response needed.', v.picklist(tokenSources)),
  responseTimeMs: about(
    'Response time: end of the body − scheduled, over all responses. Includes time in the backlog.',
    distributionSchema,
  ),
  scheduleLagMs: about('Schedule lag: sent − scheduled, over all requests.', distributionSchema),
  goodputPerS: about(
    'Requests per second that succeeded and met every per-request objective; null without objectives.',
    numberOrNull,
  ),
  sloAttainment: about('Share of requests that met every objective; null without objectives.', shareOrNull),
  perTarget: about(
    'Targets with requests, in file order, at most 10,000; otherTargets sums up the others. Rates are per second of the whole run. With more targets in the plan, quantiles and intervals are null for targets that are only counted.',
    v.array(about('Numbers of one target.', targetNumbersSchema)),
  ),
  otherTargets: v.exactOptional(
    about(
      'Sum of the targets without a row in perTarget, without quantiles. Absent unless the plan has more than 10,000 targets.',
      v.object({ targets: about('Number of these targets.', positiveCount), ...numbersSchema.entries }),
    ),
  ),
  conversations: v.exactOptional(
    about(
      'Conversations. Absent if no target has any. With an automatic warm-up, those that ended after it.',
      conversationsSchema,
    ),
  ),
  perTurn: v.exactOptional(
    about(
      'Turns of the conversations by number. Rates are per second of the whole run. Absent if no target has conversations.',
      v.array(about('Numbers of one turn.', turnNumbersSchema)),
    ),
  ),
  timeline: about(
    'Events per slice of the run, by time of end. Index i of each list is the slice that starts i × widthMs after the start of the clock.',
    timelineSchema,
  ),
  latencyBins: about('Histogram of latencyMs.', binsSchema),
  ttftBins: v.exactOptional(about('Histogram of ttftMs; absent without streams.', binsSchema)),
  iclBins: v.exactOptional(about('Histogram of iclMs; absent without streams.', binsSchema)),
  streamedRequests: v.exactOptional(
    about(
      {
        description:
          'Streamed requests including failed ones: all of up to 50, otherwise an evenly spread sample. Times are from the start of the clock.',
        maxItems: 50,
      },
      v.array(about('Times of one streamed request.', streamedRequestSchema)),
    ),
  ),
  ttftByInput: v.exactOptional(
    about(
      'TTFT against input tokens, over successful streams. Absent if none reported input tokens.',
      ttftByInputSchema,
    ),
  ),
});
