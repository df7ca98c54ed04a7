import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import { pairedEstimate, shiftEstimate, type Estimate } from './estimate.ts';
import { holmDivisors } from './holm.ts';
import { looksOf } from './looks.ts';
import type { metricComparisonSchema } from './metric-comparison-schema.ts';
import { furtherNeeded, judge, smallestFindable, type Direction } from './verdict.ts';

/** A metric of a comparison. */
export interface ComparedMetric {
  readonly name: string;
  readonly better: Direction;
  /** True if it's judged; other metrics are shown without a verdict. */
  readonly decisive: boolean;
}

/** The result of a comparison for one metric. Ratios are B / A: 1.05 is 5% more. */
export type MetricComparison = Frozen<v.InferOutput<typeof metricComparisonSchema>>;

/** How sides are judged. */
export interface Rules {
  /** The smallest change that matters, as a share. */
  readonly threshold: number;
  /** The two-sided level of the whole comparison. */
  readonly level: number;
}

/** How sides are judged unless the user says otherwise. */
export const defaultRules: Rules = { threshold: 0.05, level: 0.05 };

/**
 * Returns the comparison of pairs of slices per metric, at a look after `logRatios[0].length` of at most `plannedPairs` pairs.
 * @param logRatios for each metric, log(B / A) of each pair; empty when a pair lacks the metric
 */
export function comparePairs(
  metrics: readonly ComparedMetric[],
  logRatios: readonly (readonly number[])[],
  plannedPairs: number,
  rules: Rules,
): MetricComparison[] {
  const levelAt = (pairs: number, divisor: number): number =>
    looksOf(plannedPairs, rules.level / divisor).find((look) => look.pairs === pairs)?.level ?? 0;
  return compared(metrics, rules, {
    estimate: (index, divisor) => {
      const values = logRatios[index] ?? [];
      const level = levelAt(values.length, divisor);
      return { level, count: values.length, ...pairedEstimate(values, level) };
    },
  });
}

/**
 * Returns the comparison of saved runs per metric: the runs of one side against those of the other.
 * @param a for each metric, the logarithms of the values of the runs of side A
 */
export function compareKept(
  metrics: readonly ComparedMetric[],
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  rules: Rules,
): MetricComparison[] {
  return compared(metrics, rules, {
    estimate: (index, divisor) => {
      const [before = [], after = []] = [a[index], b[index]];
      const level = rules.level / divisor;
      return { level, count: Math.min(before.length, after.length), ...shiftEstimate(before, after, level) };
    },
  });
}

interface Estimator {
  readonly estimate: (index: number, divisor: number) => Estimate & { readonly level: number; readonly count: number };
}

function compared(
  metrics: readonly ComparedMetric[],
  { threshold }: Rules,
  { estimate }: Estimator,
): MetricComparison[] {
  const decisive = metrics.flatMap(({ decisive: wanted }, index) => (wanted ? [index] : []));
  const divisors = holmDivisors(
    decisive.map((index) => estimate(index, 1).p),
    (place, divisor) => {
      const found = estimate(decisive[place] ?? 0, divisor);
      return found.p <= found.level;
    },
  );
  return metrics.map(({ name, better, decisive: wanted }, index) => {
    const found = estimate(index, wanted ? (divisors[decisive.indexOf(index)] ?? 1) : 1);
    const verdict = wanted ? judge(found.interval, threshold, better) : null;
    return {
      metric: name,
      decisive: wanted,
      ratio: Number.isNaN(found.effect) ? null : Math.exp(found.effect),
      interval: found.interval && [Math.exp(found.interval[0]), Math.exp(found.interval[1])],
      level: found.level,
      verdict,
      smallestFindable: smallestFindable(found.interval),
      furtherNeeded:
        verdict === 'inconclusive' || verdict === 'changed' ? furtherNeeded(found, found.count, threshold) : null,
    };
  });
}
