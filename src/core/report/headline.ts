import type { Distribution, Numbers } from '../metrics/types.ts';
import { formatMs } from './format.ts';

/** True when latency over all responses is not that of the successes. */
export function isMixed({ responses, successes }: Pick<Numbers, 'responses' | 'successes'>): boolean {
  return responses > successes;
}

/** A number that is looked at first, and the one that stands beside it where the two differ. */
export interface Headline<T> {
  readonly first: T;
  readonly beside: T | null;
}

/** A time of requests, and whose it is. */
export interface HeadlineTime {
  readonly of: 'all responses' | 'successes';
  readonly times: Distribution;
}

/** The throughput to look at first. Fast failures must not make a run look good: where there are any, that of successes. */
export function headlineThroughput(numbers: Numbers): Headline<number | null> {
  return { first: numbers.successThroughputPerS, beside: isMixed(numbers) ? numbers.throughputPerS : null };
}

/** The time to look at first: as for throughput. Every report, the panel and the editor's short words follow it. */
export function headlineTime(numbers: Numbers): Headline<HeadlineTime> {
  const all: HeadlineTime = { of: 'all responses', times: numbers.latencyMs };
  return isMixed(numbers)
    ? { first: { of: 'successes', times: numbers.successLatencyMs }, beside: all }
    : { first: all, beside: null };
}

/** `p95 1.02 s`, of the time to look at first; a tilde says that there were too few requests for a reliable figure. */
export function p95Text(numbers: Numbers): string {
  const { p95, interval95 } = headlineTime(numbers).first.times;
  return `p95 ${p95 !== null && interval95.p95 === null ? '~' : ''}${formatMs(p95)}`;
}
