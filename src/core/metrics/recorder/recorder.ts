import { addToGroup, createGroup } from '../group.ts';
import { createRecorderState, leaveExactness, rawLimitOfTarget, type RecorderState } from './recorder-state.ts';
import { addTtftByInput } from './ttft-by-input.ts';
import { addToCounts } from './target-counts.ts';
import { chartedTargets, targetDetail } from './target-detail.ts';
import { addStreamedRequest } from '../streamed-requests.ts';
import { keepsTo, streamTimes } from '../streams.ts';
import { hasLimits, liveSummaryOf, summaryOf, type SummaryExtra, type SummaryOptions } from '../summary.ts';
import { addValue } from './tally.ts';
import { addTurn, createTurns } from './turns.ts';
import { addEnd, addToTimeline, type WatchedTime } from '../timeline.ts';
import { time, timeCount, type Times } from '../times.ts';
import type { Sample, Summary } from '../types.ts';

/** Options of a recorder. */
export interface RecorderOptions extends SummaryOptions {
  /** Number of requests up to which quantiles are exact (default: 100,000). */
  readonly maxRawSamples?: number;
  /** Time whose values the timeline keeps for each slice (default: none). */
  readonly watch?: WatchedTime | undefined;
}

/** Turns samples into numbers as they arrive. */
export interface Recorder {
  /** Adds a completed request. The sample may be reused after the call. */
  add(sample: Sample): void;
  /** Returns the numbers so far, as exact as docs/metrics.md says. */
  summary(extra: SummaryExtra): Summary;
  /** Returns the numbers at low cost: quantiles and intervals from the histogram, no rows per target. */
  liveSummary(): Summary;
  /** Returns the recorder's own state, which keeps changing. Callers must not modify it. */
  state(): RecorderState;
  /** Returns Σ end − sent over all requests including failed ones, ms: one side of Little's law. */
  requestTimeMs(): number;
}

const exactUpTo = 100_000;

/**
 * Creates a recorder for one run. Memory is constant past `maxRawSamples`. A target uses none before its first request.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { targetNames, latencyLimitMs } = options;
  const otherLimitsMs = options.otherLimitsMs ?? [];
  const limited = hasLimits(options);
  const { detail } = options;
  const state = createRecorderState(
    options.maxRawSamples ?? exactUpTo,
    detail === undefined ? 0 : targetNames.length,
    options.watch,
    chartedTargets(targetNames.length),
  );
  const {
    run,
    targets,
    counts,
    responseTime,
    lag,
    timeline,
    targetTimelines,
    streamedRequests,
    ttftByInput,
    clock,
    maxRawSamples,
  } = state;
  const times: Times = new Float64Array(timeCount);

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
    if (counts !== null && detail?.[target] === targetDetail.counts) {
      addToCounts(counts, sample, times);
    } else {
      let group = targets[target];
      if (group === undefined) {
        group = createGroup(rawLimitOfTarget(state), false);
        while (targets.length <= target) targets.push(undefined);
        targets[target] = group;
      }
      addToGroup(group, sample, times);
    }

    if (sentMs < clock.firstSentMs) clock.firstSentMs = sentMs;
    if (endMs > clock.lastEndMs) clock.lastEndMs = endMs;
    clock.requestTimeMs += endMs - sentMs;
    addValue(lag, times, time.lag);
    const answered = sample.error === undefined;
    const success = answered && sample.status >= 200 && sample.status < 300;
    if (answered) {
      addValue(responseTime, times, time.responseTime);
      if (endMs > clock.lastResponseMs) clock.lastResponseMs = endMs;
    }
    const { turn } = sample;
    if (turn !== undefined) {
      state.turns ??= createTurns();
      addTurn(state.turns, sample, turn, times, success, rawLimitOfTarget(state));
    }
    hear(sample);
    if (success && sample.stream !== undefined) addTtftByInput(ttftByInput, sample, times[time.ttft] ?? Number.NaN);
    addToTimeline(timeline, sample, times, answered, success);
    const own = targetTimelines[target];
    if (own !== undefined) addEnd(own, times, answered, success);
    if (limited && success) {
      const limit = latencyLimitMs[target];
      const others = otherLimitsMs[target];
      if (
        (limit === undefined || endMs - sentMs <= limit) &&
        (others === undefined || keepsTo(others, times, sample.stream))
      )
        clock.metObjectives++;
    }
    if (state.exact && run.requests > maxRawSamples) leaveExactness(state);
  }

  /** Distinguishes a server that has stopped responding from individual failures. */
  function hear({ status, error, sentMs, headersMs, endMs }: Sample): void {
    if (status === 0) {
      if (error !== 'client' && sentMs >= clock.heardMs) clock.unheard++;
      return;
    }
    const heardMs = error === 'timeout' ? headersMs : endMs;
    if (heardMs <= clock.heardMs) return;
    clock.heardMs = heardMs;
    clock.unheard = 0;
  }

  return {
    add,
    state: () => state,
    summary: (extra) => summaryOf(state, options, extra),
    liveSummary: () => liveSummaryOf(state, options),
    requestTimeMs: () => clock.requestTimeMs,
  };
}
