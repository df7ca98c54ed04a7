import type { Target } from '../endpoints/types.ts';
import type { RequestLimitsMs } from '../metrics/streams.ts';
import { formatCount } from '../format.ts';
import { leastCount, quantileShares } from '../metrics/statistics/quantiles.ts';
import { quantileNames, type Distribution, type Numbers, type QuantileName, type Summary } from '../metrics/types.ts';
import {
  isOfRunAlone,
  isTime,
  isTokenTime,
  quantileOf,
  splitMetric,
  type TimeName,
} from '../values/objective-metrics.ts';
import { isWithinBound } from '../values/bounds.ts';
import type { Objective, Verdict } from '../vocabulary.ts';
import type { RunPlan } from './types.ts';

/**
 * Returns the value of a latency metric, and whether it is reliable: a quantile needs a 95% interval (minimum n in
 * docs/metrics.md).
 */
function latencyOf(metric: string, distribution: Distribution): Found {
  const quantile = quantileOf[metric];
  if (quantile !== undefined) {
    return {
      actual: distribution[quantile],
      reliable: distribution.interval95[quantile] !== null,
      bounds: [boundsOf(distribution, quantile)],
    };
  }
  const actual = metric === 'mean' ? distribution.mean : distribution.max;
  return { actual, reliable: actual !== null };
}

/** Measured value of a metric. The bounds are valid even if the value itself is unreliable. */
interface Found {
  readonly actual: number | null;
  readonly reliable: boolean;
  readonly bounds?: readonly Bounds[];
}

/** Lower and upper bound of a quantile, each at 95% confidence; -Infinity and Infinity if unknown. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Probability at which a single bound may be wrong. */
const mayBeWrong = 0.05;

/**
 * Returns the bounds of a quantile. One-sided bounds need fewer samples than an interval: no quantile lies below the interval of a smaller one, and the smallest
 * of n samples lies above a quantile of share q in (1 - q)^n of all cases.
 */
function boundsOf({ count, min, max, interval95 }: Distribution, quantile: QuantileName): Bounds {
  const share = quantileShares[quantile];
  const intervals = quantileNames.map((name) => ({ share: quantileShares[name], interval: interval95[name] }));
  const below = intervals.flatMap((one) => (one.interval !== null && one.share <= share ? [one.interval[0]] : []));
  const above = intervals.flatMap((one) => (one.interval !== null && one.share >= share ? [one.interval[1]] : []));
  return {
    low: Math.max(-Infinity, ...below, ...(min !== null && (1 - share) ** count <= mayBeWrong + 1e-12 ? [min] : [])),
    high: Math.min(Infinity, ...above, ...(max !== null && share ** count <= mayBeWrong + 1e-12 ? [max] : [])),
  };
}

/** An objective whose limit is known. */
type Known = Pick<Objective, 'operator'> & { readonly value: number };

/** Returns whether an objective is missed for every value within the bounds. */
const isOutOfReach = (objective: Known, { low, high }: Bounds): boolean =>
  !isWithinBound(objective.operator.startsWith('<') ? low : high, objective);

/** Numbers of a run or one of its targets. Backlog, response time, and goodput exist only for a whole run. */
export type Measured = Numbers & Pick<Partial<Summary>, 'backlog' | 'responseTimeMs' | 'goodputPerS' | 'sloAttainment'>;

/** Returns the distribution behind a metric such as `ttft.p95`, if it was measured; undefined for other metrics. */
export function otherTimeOf(
  metric: string,
  numbers: Measured,
): { readonly statistic: string; readonly distribution: Distribution | undefined } | undefined {
  const parts = splitMetric(metric);
  if (parts === undefined) return undefined;
  const { time, statistic } = parts;
  return { statistic, distribution: time === 'response' ? numbers.responseTimeMs : numbers[`${time}Ms`] };
}

/** Returns the function that selects the value further from meeting the objective. */
const worseFor = ({ operator }: Pick<Objective, 'operator'>): ((...values: number[]) => number) =>
  operator.startsWith('<') ? Math.max : Math.min;

/**
 * Returns the value of an objective's metric. Latency and throughput are judged over all responses and over successes, and the
 * worse one counts. Neither many fast failures nor omitted slow ones can make a run pass.
 */
function measure(objective: Pick<Objective, 'metric' | 'operator'>, numbers: Measured): Found {
  const unsent = numbers.backlog?.unsent ?? 0;
  if (objective.metric === 'errors') {
    // Requests that were due but never sent count as failed.
    const actual =
      unsent > 0
        ? 1 - numbers.successes / (numbers.requestsSent + unsent)
        : numbers.successRatio === null
          ? null
          : 1 - numbers.successRatio;
    return { actual, reliable: actual !== null };
  }
  if (objective.metric === 'throughput') {
    const { throughputPerS: all, successThroughputPerS: successes } = numbers;
    return all === null || successes === null
      ? { actual: all, reliable: false }
      : { actual: worseFor(objective)(all, successes), reliable: true };
  }
  if (objective.metric === 'goodput') {
    const { goodputPerS: actual = null } = numbers;
    return { actual, reliable: actual !== null };
  }
  if (objective.metric === 'attainment') {
    const { sloAttainment: share = null, requestsSent } = numbers;
    const actual = share === null || unsent === 0 ? share : (share * requestsSent) / (requestsSent + unsent);
    return { actual, reliable: actual !== null };
  }
  const other = otherTimeOf(objective.metric, numbers);
  if (other !== undefined) {
    const { statistic, distribution } = other;
    if (distribution === undefined) return { actual: null, reliable: false };
    const found = latencyOf(statistic, distribution);
    // Requests that were never sent waited longest, for an unknown time.
    return isOfRunAlone(objective.metric) && unsent > 0 ? { ...found, reliable: false } : found;
  }
  const all = latencyOf(objective.metric, numbers.latencyMs);
  const successes = latencyOf(objective.metric, numbers.successLatencyMs);
  if (all.actual === null || successes.actual === null) return { actual: all.actual, reliable: false };
  const worse = worseFor(objective);
  return {
    actual: worse(all.actual, successes.actual),
    reliable: all.reliable && successes.reliable,
    bounds: [...(all.bounds ?? []), ...(successes.bounds ?? [])],
  };
}

/** Returns the value of an objective's metric; null without one, or if it isn't reliable. */
export function reliableValue(objective: Pick<Objective, 'metric' | 'operator'>, numbers: Measured): number | null {
  const { actual, reliable } = measure(objective, numbers);
  return reliable ? actual : null;
}

/**
 * Returns the verdict on each objective, for the whole run or one target. Too few samples never pass, and fail only
 * if no likely value meets the objective. A relative objective without a baseline never passes.
 */
export function evaluateObjectives(objectives: readonly Objective[], numbers: Measured, target?: string): Verdict[] {
  return objectives.map((objective) => {
    const { value } = objective;
    const found = measure(objective, numbers);
    return {
      objective,
      ...(target === undefined ? {} : { target }),
      outcome: value === null ? 'not enough data' : outcomeOf({ operator: objective.operator, value }, found),
      actual: found.actual,
    };
  });
}

function outcomeOf(limit: Known, { actual, reliable, bounds = [] }: Found): Verdict['outcome'] {
  if (actual === null) return 'not enough data';
  if (reliable) return isWithinBound(actual, limit) ? 'pass' : 'fail';
  return bounds.some((one) => isOutOfReach(limit, one)) ? 'fail' : 'not enough data';
}

/** Returns the verdicts of a run: first on the plan's objectives, then on those of each target. */
export function evaluateRun(
  plan: Pick<RunPlan, 'objectives'>,
  targets: readonly Pick<Target, 'name' | 'objectives'>[],
  summary: Summary,
): Verdict[] {
  const measured = new Map(summary.perTarget.map((numbers) => [numbers.name, numbers]));
  const ofTargets = targets.flatMap(({ name, objectives }): Verdict[] => {
    const numbers = measured.get(name);
    if (numbers) return evaluateObjectives(objectives, numbers, name);
    return objectives.map((objective) => ({ objective, target: name, outcome: 'not enough data', actual: null }));
  });
  return [...evaluateObjectives(plan.objectives, summary), ...ofTargets];
}

/** Limits of one request for goodput: its latency and its other times, ms; undefined: no limit. */
interface PerRequestLimitsMs {
  readonly latencyMs: number | undefined;
  readonly others: RequestLimitsMs | undefined;
}

/** Returns whether an objective limits single requests. Others are on totals, such as the share of errors. */
export const limitsRequests = ({ metric, operator, value }: Objective): boolean =>
  value !== null && isTime(metric) && operator.startsWith('<');

/**
 * Returns the limits of a request. Each objective of a time with `<` or `<=` limits that time of every request; the
 * tightest counts.
 */
export function perRequestLimitsMs(objectives: readonly Objective[]): PerRequestLimitsMs {
  let latencyMs: number | undefined;
  const others: { -readonly [K in TimeName]?: number } = {};
  for (const objective of objectives) {
    const { metric, value } = objective;
    if (value === null || !limitsRequests(objective)) continue;
    const time = splitMetric(metric)?.time;
    if (time === undefined) latencyMs = Math.min(value, latencyMs ?? Infinity);
    else others[time] = Math.min(value, others[time] ?? Infinity);
  }
  return { latencyMs, others: Object.keys(others).length === 0 ? undefined : others };
}

/** Returns the objectives without those on token times, which a response without a stream can't meet. */
export function withoutTokenTimes(objectives: readonly Objective[]): Objective[] {
  return objectives.filter(({ metric }) => !isTokenTime(metric));
}

/** Returns the objectives with one value per request: a stream has many gaps between chunks. A limit by a baseline is never judged. */
export const countedByRequest = (objectives: readonly Objective[]): Objective[] =>
  objectives.filter(({ metric, value }) => value !== null && splitMetric(metric)?.time !== 'icl');

/** Returns how many values the percentiles of objectives need, if a run has fewer requests: `p95 needs 59`. */
export function neededCounts(objectives: readonly Objective[], requests: number): string[] {
  const needs = objectives.flatMap(({ metric }) => {
    const [percentile, number] = /p(\d+(?:\.\d+)?)$/.exec(metric) ?? [];
    const least = number === undefined ? 0 : leastCount(Number(number) / 100);
    return least > requests ? [`${percentile} needs ${formatCount(least)}`] : [];
  });
  return [...new Set(needs)];
}

/**
 * Returns what the objectives of verdicts need: `p95 needs 59`; an empty text if a run has enough requests.
 * @param before text before it
 */
export function neededText(verdicts: readonly Verdict[], requestsSent: number, before: string): string {
  const needs = neededCounts(
    verdicts.map(({ objective }) => objective),
    requestsSent,
  );
  return needs.length === 0 ? '' : `${before}${needs.join(', ')}`;
}
