import { latencyBinsOf } from './bins.ts';
import { numbersOf } from './group.ts';
import type { RecorderState } from './recorder/recorder-state.ts';
import { ttftByInputOf } from './recorder/ttft-by-input.ts';
import { streamedRequestsOf } from './streamed-requests.ts';
import type { RequestLimitsMs } from './streams.ts';
import { targetRows } from './recorder/target-rows.ts';
import { turnNumbers } from './recorder/turns.ts';
import { createRankTable, distributionOf, rankedValues } from './recorder/tally.ts';
import { timelineOf } from './timeline.ts';
import { tokenSources, type Summary } from './types.ts';

/** Options of a summary, the same as the recorder's. */
export interface SummaryOptions {
  readonly targetNames: readonly string[];
  /** Maximum latency of one request by target, ms. Without any limit here and below, there is no goodput. */
  readonly latencyLimitMs: readonly (number | undefined)[];
  /** Maximum of its other times by target, ms. */
  readonly otherLimitsMs?: readonly (RequestLimitsMs | undefined)[];
  /** Detail kept of each target, see `detailOf`; undefined: everything. */
  readonly detail?: Uint8Array | undefined;
  /** Maximum number of targets with their own row if there are more targets (default: 10,000). */
  readonly mostRows?: number | undefined;
}

/** Inputs that samples don't provide. */
export interface SummaryExtra {
  readonly requestsCancelled: number;
  /** Conversations that ended before their last turn without a failure, or are in progress (default: 0). */
  readonly conversationsCut?: number;
  /**
   * Time during which requests were scheduled, ms from the start of the clock. Rates use at least this time (default:
   * 0).
   */
  readonly offeredMs?: number;
}

/** Returns the numbers of a state, as exact as docs/metrics.md says. */
export function summaryOf(state: RecorderState, options: SummaryOptions, extra: SummaryExtra): Summary {
  return summarise(state, options, extra, true);
}

/** Returns the numbers at low cost: quantiles and intervals from the histogram, no rows per target. */
export function liveSummaryOf(
  state: RecorderState,
  options: SummaryOptions,
  extra: SummaryExtra = { requestsCancelled: 0 },
): Summary {
  return summarise(state, options, extra, false);
}

const isSet = (limit: unknown): boolean => limit !== undefined;

/** Returns whether any target has a limit, so that there is a goodput. */
export function hasLimits({ latencyLimitMs, otherLimitsMs = [] }: SummaryOptions): boolean {
  return latencyLimitMs.some(isSet) || otherLimitsMs.some(isSet);
}

function summarise(state: RecorderState, options: SummaryOptions, extra: SummaryExtra, wantExact: boolean): Summary {
  const { run, responseTime, lag, clock } = state;
  const table = createRankTable();
  const totalMs = run.requests === 0 ? 0 : clock.lastEndMs - clock.firstSentMs;
  const rateMs = rateMsOf(state, extra, totalMs);
  const numbers = numbersOf(run, rateMs, table, wantExact);
  const all = numbers.latency;
  const limited = hasLimits(options);
  return {
    ...numbers.numbers,
    totalMs,
    rateMs,
    requestsCancelled: extra.requestsCancelled,
    ...unresponsive(state, numbers.numbers),
    percentileMethod: state.exact && wantExact ? 'linear-interpolation' : 'hdr-histogram',
    tokenSource: tokenSources[run.tokenSource] ?? 'none',
    ...(run.streams === null
      ? {}
      : {
          iclPercentileMethod:
            run.streams.icl.raw !== null && wantExact ? 'linear-interpolation' : ('hdr-histogram' as const),
          ...numbers.streamBins,
          ...(wantExact ? { streamedRequests: streamedRequestsOf(state.streamedRequests) } : {}),
        }),
    ...(wantExact ? ttftByInput(state) : {}),
    responseTimeMs: distributionOf(responseTime, rankedValues(responseTime, wantExact), table),
    scheduleLagMs: distributionOf(lag, rankedValues(lag, wantExact), table),
    goodputPerS: limited && rateMs > 0 ? clock.metObjectives / (rateMs / 1000) : null,
    sloAttainment: limited && run.requests > 0 ? clock.metObjectives / run.requests : null,
    ...turnNumbers(state, { rateMs, cut: extra.conversationsCut ?? 0, table, exact: wantExact }),
    ...(wantExact ? targetRows(state, options, rateMs, table) : { perTarget: [] }),
    timeline: timelineOf(state.timeline, clock.lastEndMs, run.streams !== null),
    latencyBins: latencyBinsOf(all.ranked, all.tally.min, all.tally.max),
  };
}

function ttftByInput(state: RecorderState): Pick<Summary, 'ttftByInput'> {
  const found = ttftByInputOf(state.ttftByInput);
  return found === undefined ? {} : { ttftByInput: found };
}

/**
 * Minimum number of requests without a response, which must also be most of the failures, for a server that has stopped
 * responding.
 */
const fewestUnheard = 20;

function unresponsive(
  { clock }: RecorderState,
  { requestsSent, responses }: Pick<Summary, 'requestsSent' | 'responses'>,
): Pick<Summary, 'unresponsiveFromMs'> {
  const { heardMs, unheard } = clock;
  if (heardMs === -Infinity || unheard < fewestUnheard || 2 * unheard <= requestsSent - responses) return {};
  return { unresponsiveFromMs: heardMs };
}

/**
 * Returns the time for rates, ms. Requests that hang until their timeout must not change it. Without a response, it is
 * the total time.
 */
function rateMsOf({ run, clock }: RecorderState, { offeredMs = 0 }: SummaryExtra, totalMs: number): number {
  if (run.requests === 0) return 0;
  const untilMs = clock.lastResponseMs;
  return Math.max(offeredMs, untilMs === -Infinity ? totalMs : untilMs - clock.firstSentMs);
}
