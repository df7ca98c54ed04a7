import { addToGroup, createGroup } from '../group.ts';
import { createRecorderState, leaveExactness, rawLimitOfTarget, type RecorderState } from './recorder-state.ts';
import { addToCounts } from './target-counts.ts';
import { targetDetail } from './target-detail.ts';
import { addStreamedRequest } from '../streamed-requests.ts';
import { keepsTo, streamTimes } from '../streams.ts';
import { hasLimits, liveSummaryOf, summaryOf, type SummaryExtra, type SummaryOptions } from '../summary.ts';
import { addValue } from './tally.ts';
import { addToTimeline } from '../timeline.ts';
import { time, timeCount, type Times } from '../times.ts';
import type { Sample, Summary } from '../types.ts';

/** What a recorder needs to know beforehand. */
export interface RecorderOptions extends SummaryOptions {
  /** Up to so many requests quantiles are exact; 100,000 unless set. */
  readonly maxRawSamples?: number;
}

/** Turns samples into numbers while they come in. */
export interface Recorder {
  /** Takes in a request that ended. The sample may be reused: nothing of it is kept. */
  add(sample: Sample): void;
  /** The numbers so far, exact as docs/metrics.md has it. */
  summary(extra: SummaryExtra): Summary;
  /** The same at little cost: quantiles and their intervals from the histogram, no rows per target. */
  liveSummary(): Summary;
  /** All it knows, to be sent or merged. It is the recorder's own and goes on changing: not to be changed by others. */
  state(): RecorderState;
  /** Σ end − sent over all requests, failed ones too: one side of Little's law. */
  requestTimeMs(): number;
}

const exactUpTo = 100_000;

/** A recorder for one run. Memory is flat past `maxRawSamples`; a target costs nothing before its first request. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { targetNames, latencyLimitMs } = options;
  const otherLimitsMs = options.otherLimitsMs ?? [];
  const limited = hasLimits(options);
  const { detail } = options;
  const state = createRecorderState(options.maxRawSamples ?? exactUpTo, detail === undefined ? 0 : targetNames.length);
  const { run, targets, counts, responseTime, lag, timeline, streamedRequests, clock, maxRawSamples } = state;
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
    hear(sample);
    addToTimeline(timeline, sample, times, answered, success);
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

  /** Tells a server that has stopped responding from requests that fail among others. */
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
