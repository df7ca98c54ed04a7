import type { Distribution, Numbers, QuantileName } from '../../metrics/types.ts';
import { isPaced } from '../../plan/load/load-models.ts';
import { formatMs } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';

/** True when latency over all responses is not that of the successes. */
export function isMixed({ responses, successes }: Pick<Numbers, 'responses' | 'successes'>): boolean {
  return responses > successes;
}

/** A number that is looked at first, and the one that stands beside it where the two differ. */
export interface Headline<T> {
  readonly first: T;
  readonly beside: T | null;
}

/** A time of requests, and what to call it: all but response time is latency. */
export interface HeadlineTime {
  readonly of: 'latency' | 'all responses' | 'successes' | 'response time';
  readonly times: Distribution;
}

/** Of a run, of one in progress where its plan is at hand, or of one target, whose response time is not known. */
export type HeadlineNumbers = Numbers & Partial<Pick<RunRecord, 'plan' | 'responseTimeMs'>>;

/** The throughput to look at first. Fast failures must not make a run look good: where there are any, that of successes. */
export function headlineThroughput(numbers: Numbers): Headline<number | null> {
  return { first: numbers.successThroughputPerS, beside: isMixed(numbers) ? numbers.throughputPerS : null };
}

/**
 * The time to look at first at a quantile. Fast failures must not make a run look good, nor must the wait that latency hides
 * by the clock: where there is either, the time without it comes first. With both no time is without both, and the slower of
 * the two does. Every report, the panel and the editor's short words follow it.
 */
export function headlineTime(numbers: HeadlineNumbers, name: QuantileName): Headline<HeadlineTime> {
  const successes: HeadlineTime = { of: 'successes', times: numbers.successLatencyMs };
  // At an infinite rate, response time is the time since the start: it tells how long the run took, not how slow a request was.
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

/** What a report calls the quantile of a time: `p95`, `p95 of successes`, `Response time p95`. */
export function timeLabel({ of }: HeadlineTime, quantile: string): string {
  if (of === 'response time') return `Response time ${quantile}`;
  return of === 'latency' ? quantile : `${quantile} of ${of}`;
}

/** `p95 1.02 s`, `p95 of successes 1.02 s` or `response p95 1.02 s`, whichever is first; a tilde says that there were too few requests for a reliable figure. */
export function p95Text(numbers: HeadlineNumbers): string {
  const { of, times } = headlineTime(numbers, 'p95').first;
  const tilde = times.p95 !== null && times.interval95.p95 === null ? '~' : '';
  const whose = of === 'successes' && isMixed(numbers) ? ' of successes' : '';
  return `${of === 'response time' ? 'response ' : ''}p95${whose} ${tilde}${formatMs(times.p95)}`;
}
