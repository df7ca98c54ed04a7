import { closest } from '../closest.ts';
import type { WatchedStatistic } from '../metrics/precision.ts';
import { watchedTimes, type WatchedTime } from '../metrics/timeline.ts';
import { quantileShares } from '../metrics/statistics/quantiles.ts';
import type { PrecisionGoal } from '../vocabulary.ts';
import { objectiveMetrics, quantileOf, splitMetric } from './objective-metrics.ts';
import { suggestionsFor, type ValueType } from './value-types.ts';

/** A metric as a run watches it. */
export interface Watched {
  readonly time: WatchedTime;
  readonly statistic: WatchedStatistic;
}

/** Returns how a metric is watched; undefined for one that has no interval, such as max. */
export function watchedOf(metric: string): Watched | undefined {
  if (metric === 'throughput') return { time: 'latency', statistic: 'rate' };
  const { time, statistic } = splitMetric(metric) ?? { time: 'latency', statistic: metric };
  const quantile = quantileOf[statistic];
  if (quantile !== undefined) return { time, statistic: { quantile: quantileShares[quantile] } };
  return statistic === 'mean' ? { time, statistic } : undefined;
}

/** Metrics that a run can wait for, such as p95, ttft.p95, and throughput. */
const precisionMetrics: readonly string[] = objectiveMetrics
  .map(({ name }) => name)
  .filter((name) => watchedOf(name) !== undefined);

/** The form of a goal, for messages. */
const precisionForm = 'a metric and its precision, such as p95 ±5% or throughput ±2%';

/** Why a text isn't a goal. */
export interface PrecisionError {
  readonly message: string;
  readonly hint: string;
  /** The most likely intended text. */
  readonly instead?: string;
}

const pattern = /^([A-Za-z][\w.]*)\s*(?:±|\+\/?-)\s*(\d{1,2}(?:\.\d{1,3})?)\s*%$/;

/** Returns the goal from text such as `p95 ±5%`, also written `p95 +-5%`, or why it isn't one. Shares are from 0.1% to 50%. */
export function parseUntil(text: string): PrecisionGoal | PrecisionError {
  const trimmed = text.trim();
  const [, metric, percent] = pattern.exec(trimmed) ?? [];
  if (metric === undefined || percent === undefined) {
    return { message: `"${trimmed}" isn't a precision.`, hint: `Expected ${precisionForm}.` };
  }
  if (!precisionMetrics.includes(metric)) {
    const suggestion = closest(metric, precisionMetrics);
    return {
      message: `Metric "${metric}" has no precision to wait for.`,
      hint:
        suggestion === undefined
          ? `Use throughput, mean, a percentile such as p95, or one of another time such as ttft.p95 (${Object.keys(watchedTimes).join(', ')}).`
          : `Did you mean ${suggestion}?`,
      ...(suggestion === undefined ? {} : { instead: suggestion + trimmed.slice(metric.length) }),
    };
  }
  const share = Number(percent) / 100;
  if (share < 0.001 || share > 0.5) {
    return { message: `A precision of ±${percent}% isn't possible.`, hint: 'Expected ±0.1% to ±50%.' };
  }
  return { metric, share, text: `${metric} ±${percent}%` };
}

/** Type of goals: `p95 ±5%`. */
export const precisionGoal: ValueType<PrecisionGoal> = {
  read: (text) => {
    const goal = parseUntil(text);
    return 'metric' in goal ? goal : undefined;
  },
  write: ({ text }) => text,
  expected: precisionForm,
  suggest: (typed) => {
    const [, metric = '', gap = ''] = /^([\w.]*)(\s*)/.exec(typed) ?? [];
    if (gap === '') return suggestionsFor(metric, precisionMetrics);
    return suggestionsFor(typed.slice(metric.length + gap.length), ['±2%', '±5%', '±10%']);
  },
  correct: (text) => {
    const goal = parseUntil(text);
    return 'metric' in goal ? undefined : goal.instead;
  },
};
