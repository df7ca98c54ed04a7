import * as v from 'valibot';
import { about, amount, count, numberOrNull, positiveCount, shareOrNull } from '../../schema.ts';
import { errorKinds } from '../types.ts';
import { distributionSchema } from './distribution-schema.ts';

export const errorKindSchema = about(
  'Why there is no usable response: none that was complete, or one of a language model with an error, without a token, or unfinished.',
  v.picklist(errorKinds),
);

/** Responses by status code. */
export const statusCodesSchema = about(
  'Responses by status code.',
  v.record(about({ pattern: '^[0-9]+$' }, v.string()), positiveCount),
);

/** Requests without a usable response by error kind. */
export const errorsSchema = about(
  'Requests without a usable response by error kind.',
  v.object(
    v.entriesFromList(errorKinds, v.exactOptional(about({ description: 'Number of requests.', minimum: 1 }, count))),
  ),
);

/** Number of streamed responses. */
export const streamCountsSchema = about(
  'Streamed responses.',
  v.object({
    whole: about('Complete streams.', count),
    partial: about('Streams that failed after a token. Excluded from all times and token numbers.', count),
    partialChunks: about('Number of chunks of the streams that failed.', count),
  }),
);

/** Output tokens per second of single streams; see `UserSpeed`. */
export const userSpeedSchema = v.object({
  mean: about('Mean of 1000 / TPOT, over streams.', numberOrNull),
  median: about('1000 / p50 of TPOT.', numberOrNull),
  p5: about('1000 / p95 of TPOT: 95% of the streams are at least this fast.', numberOrNull),
  p1: about('1000 / p99 of TPOT: 99% of the streams are at least this fast.', numberOrNull),
});

/** Times of successful streamed responses; see `StreamNumbers`. */
export const streamNumbersSchema = v.object({
  streams: about('Streamed responses. This and the times below are absent if there were none.', streamCountsSchema),
  ttftMs: about('Time to first token (TTFT): first token − sent, over complete streams.', distributionSchema),
  iclMs: about('Inter-chunk latency (ICL): times between successive chunks of all streams.', distributionSchema),
  tpotMs: about(
    'Time per output token (TPOT): (E2E − TTFT) / (output tokens − tokens in the first chunk), one value per stream.',
    distributionSchema,
  ),
  userTokensPerS: v.exactOptional(
    about('Output tokens per second of one stream, as its user sees them. Absent in older records.', userSpeedSchema),
  ),
  e2eMs: about('End-to-end latency (E2E): last token − sent, over complete streams.', distributionSchema),
  stallMs: about('Longest ICL, one value per stream with two or more chunks.', distributionSchema),
});

const streamNumbers = streamNumbersSchema.entries;

/** Counts and statistics of a run or a target; see `Numbers`. */
export const numbersSchema = v.object({
  requestsSent: about('Requests that left and ended, with a response or failed.', count),
  responses: about('Complete responses with any status.', count),
  successes: about('Complete responses with status 2xx.', count),
  successRatio: about('successes / requestsSent; null if nothing was sent.', shareOrNull),
  statusCodes: statusCodesSchema,
  errors: errorsSchema,
  latencyMs: about('Latency: end of the body − sent, over all responses.', distributionSchema),
  successLatencyMs: about('Latency over successes.', distributionSchema),
  ttfbMs: about('Time to first byte (TTFB): response headers − sent, over all responses.', distributionSchema),
  throughputPerS: about('responses / rateMs, per second.', numberOrNull),
  successThroughputPerS: about('successes / rateMs, per second.', numberOrNull),
  bytesReceived: about('Bytes of all bodies.', count),
  outputTokens: about('Output tokens of all responses.', amount),
  avgOutputTokens: about('outputTokens / responses of any status; null without a token source.', numberOrNull),
  tokenResponses: v.exactOptional(
    about('Responses with output tokens; absent if none. Reports show outputTokens / tokenResponses.', count),
  ),
  outputTokensPerS: about('outputTokens / rateMs, per second; null without a token source.', numberOrNull),
  reasoningTokens: v.exactOptional(about('Reasoning tokens among the output tokens; absent if none.', amount)),
  hiddenReasoningTokens: v.exactOptional(
    about('Reasoning tokens that the server counted but did not stream; absent if none.', amount),
  ),
  askedLengths: v.exactOptional(
    about(
      'Responses with known output tokens whose request asked for an exact number of them. Absent if there were none.',
      v.object({
        responses: about({ description: 'Number of these responses.', minimum: 1 }, count),
        met: about('Number of those with exactly that number of output tokens.', count),
      }),
    ),
  ),
  inputTokens: v.exactOptional(
    about(
      'Input tokens of all responses, including cached ones. This and the three below are absent if no response reported any.',
      amount,
    ),
  ),
  cachedInputTokens: v.exactOptional(
    about("Input tokens from the server's cache; absent if no response reported them.", amount),
  ),
  inputTokensPerS: v.exactOptional(about('inputTokens / rateMs, per second.', numberOrNull)),
  totalTokensPerS: v.exactOptional(
    about('(inputTokens + outputTokens) / rateMs, per second; null if output tokens are unknown.', numberOrNull),
  ),
  streams: v.exactOptional(streamNumbers.streams),
  ttftMs: v.exactOptional(streamNumbers.ttftMs),
  iclMs: v.exactOptional(streamNumbers.iclMs),
  tpotMs: v.exactOptional(streamNumbers.tpotMs),
  userTokensPerS: streamNumbers.userTokensPerS,
  e2eMs: v.exactOptional(streamNumbers.e2eMs),
  stallMs: v.exactOptional(streamNumbers.stallMs),
});
