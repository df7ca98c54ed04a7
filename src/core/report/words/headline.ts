import type { Distribution, Numbers, QuantileName } from '../../metrics/types.ts';
import { isPaced } from '../../plan/load/load-models.ts';
import { formatMs, formatRate } from '../../format.ts';
import { hasStreams } from '../../metrics/streams.ts';
import type { RunRecord } from '../../record/run.ts';

/** True when latency over all responses is not that of the successes. */
export function isMixed({ responses, successes }: Pick<Numbers, 'responses' | 'successes'>): boolean {
  return responses > successes;
}

/** A headline number, and the one next to it if they differ. */
export interface Headline<T> {
  readonly first: T;
  readonly beside: T | null;
}

/** A time of requests, and what to call it: all but response time is latency. */
export interface HeadlineTime {
  readonly of: 'latency' | 'all responses' | 'successes' | 'response time';
  readonly times: Distribution;
}

/** Numbers of a run, of one in progress if its plan is known, or of one target, whose response time is unknown. */
export type HeadlineNumbers = Numbers & Partial<Pick<RunRecord, 'plan' | 'responseTimeMs'>>;

/**
 * The headline throughput. Fast failures must not make a run look good, so it's that of successes if there are any
 * failures.
 */
export function headlineThroughput(numbers: Numbers): Headline<number | null> {
  return { first: numbers.successThroughputPerS, beside: isMixed(numbers) ? numbers.throughputPerS : null };
}

/**
 * Returns the headline time at a quantile. Fast failures must not make a run look good, and neither must latency, which
 * excludes queueing in the open model. If one of them occurs, the time that isn't affected comes first. If both occur,
 * the slower of the two times comes first. Every report, the panel, and the editor follow this rule.
 */
export function headlineTime(numbers: HeadlineNumbers, name: QuantileName): Headline<HeadlineTime> {
  const successes: HeadlineTime = { of: 'successes', times: numbers.successLatencyMs };
  // At an infinite rate, response time is the time since the start, which shows how long the run took, not how slow a
  // request was.
  if (numbers.plan !== undefined && isPaced(numbers.plan) && numbers.responseTimeMs !== undefined) {
    const response: HeadlineTime = { of: 'response time', times: numbers.responseTimeMs };
    if (!isMixed(numbers)) return { first: response, beside: { of: 'latency', times: numbers.latencyMs } };
    const slower = (response.times[name] ?? Infinity) > (successes.times[name] ?? Infinity);
    return slower ? { first: response, beside: successes } : { first: successes, beside: response };
  }
  return isMixed(numbers)
    ? { first: successes, beside: { of: 'all responses', times: numbers.latencyMs } }
    : { first: { of: 'latency', times: numbers.latencyMs }, beside: null };
}

/** Name of the quantile of a time in reports: `p95`, `p95 of successes`, `Response time p95`. */
export function timeLabel({ of }: HeadlineTime, quantile: string): string {
  if (of === 'response time') return `Response time ${quantile}`;
  return of === 'latency' ? quantile : `${quantile} of ${of}`;
}

/**
 * `p95 1.02 s`, `p95 of successes 1.02 s`, or `response p95 1.02 s`, whichever comes first; `TTFT p95 320 ms` for streams,
 * except where response time comes first. A tilde marks a percentile of too few requests.
 */
export function p95Text(numbers: HeadlineNumbers): string {
  const { of, times } = headlineTime(numbers, 'p95').first;
  if (of !== 'response time' && hasStreams(numbers)) return `TTFT p95 ${quantileText(numbers.ttftMs)}`;
  const whose = of === 'successes' && isMixed(numbers) ? ' of successes' : '';
  return `${of === 'response time' ? 'response ' : ''}p95${whose} ${quantileText(times)}`;
}

const quantileText = ({ p95, interval95 }: Pick<Distribution, 'p95' | 'interval95'>): string =>
  `${p95 !== null && interval95.p95 === null ? '~' : ''}${formatMs(p95)}`;

/** `9.8 req/s`, or `9.8 successes/s` if some failed; `310 tokens/s` for streams whose tokens are known. */
export function headlineRateText(numbers: HeadlineNumbers): string {
  if (hasStreams(numbers) && numbers.outputTokensPerS !== null) return formatRate(numbers.outputTokensPerS, 'tokens');
  return formatRate(headlineThroughput(numbers).first, isMixed(numbers) ? 'successes' : 'req');
}
