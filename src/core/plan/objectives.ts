import { closest } from '../closest.ts';
import type { Target } from '../endpoints/types.ts';
import type { Distribution, Numbers, QuantileName, Summary } from '../metrics/types.ts';
import type { RequestLimitsMs } from '../metrics/streams.ts';
import { parseDurationMs } from './duration.ts';
import type { Objective, RunPlan, Verdict } from './types.ts';

/** The quantiles that an objective can name, as it writes them. */
export const quantileOf: Readonly<Record<string, QuantileName>> = {
  p50: 'median',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
};

/** What an objective can be about. */
interface ObjectiveMetric {
  readonly name: string;
  readonly what: string;
  readonly example: string;
}

const basicMetrics: readonly ObjectiveMetric[] = [
  { name: 'p50', what: 'Median latency.', example: 'p50 < 200ms' },
  { name: 'p90', what: '90th percentile of latency.', example: 'p90 < 400ms' },
  { name: 'p95', what: '95th percentile of latency.', example: 'p95 < 500ms' },
  { name: 'p99', what: '99th percentile of latency.', example: 'p99 < 1s' },
  { name: 'p99.9', what: '99.9th percentile of latency.', example: 'p99.9 < 2s' },
  { name: 'mean', what: 'Average latency.', example: 'mean < 300ms' },
  { name: 'max', what: 'Longest latency.', example: 'max < 5s' },
  { name: 'errors', what: 'Share of requests without success.', example: 'errors < 1%' },
  { name: 'throughput', what: 'Responses per second.', example: 'throughput > 100/s' },
];

type TimeName = keyof RequestLimitsMs;

/** Times other than latency, of which an objective names a statistic: `ttft.p95`. */
const otherTimes: Readonly<Record<TimeName, { readonly what: string; readonly example: string }>> = {
  response: { what: 'time from when a request was due to the end of its answer', example: '800ms' },
  ttfb: { what: 'time to first byte', example: '100ms' },
  ttft: { what: 'time to first token', example: '500ms' },
  icl: { what: 'time between two chunks of a stream', example: '50ms' },
  tpot: { what: 'time per output token', example: '50ms' },
  e2e: { what: 'time to last token', example: '5s' },
  stall: { what: 'longest time between two chunks of a stream', example: '1s' },
};

const statistics: Readonly<Record<string, string>> = {
  p50: 'Median',
  p90: '90th percentile',
  p95: '95th percentile',
  p99: '99th percentile',
  'p99.9': '99.9th percentile',
  mean: 'Average',
  max: 'Maximum',
};

const isTimeName = (name: string): name is TimeName => name in otherTimes;

/** The parts of `ttft.p95`; undefined for a metric that is no other time. */
function splitMetric(metric: string): { time: TimeName; statistic: string } | undefined {
  const dot = metric.indexOf('.');
  const time = metric.slice(0, dot);
  return dot > 0 && isTimeName(time) ? { time, statistic: metric.slice(dot + 1) } : undefined;
}

/** Whether a metric is of a whole run alone: a tally of response times for every target would cost memory in each run. */
export const isOfRunAlone = (metric: string): boolean => splitMetric(metric)?.time === 'response';

/** Everything that an objective can be about, for completion and messages. */
export const objectiveMetrics: readonly ObjectiveMetric[] = [
  ...basicMetrics,
  ...Object.entries(otherTimes).flatMap(([time, { what, example }]) =>
    Object.entries(statistics).map(([statistic, words]) => ({
      name: `${time}.${statistic}`,
      what: `${words} of ${what}.`,
      example: `${time}.${statistic} < ${example}`,
    })),
  ),
];

/** Where a text of objectives is wrong: `offset` and `length` count from its start. */
export interface ObjectivesError {
  readonly message: string;
  readonly hint: string;
  /** What was most likely meant. */
  readonly instead?: string;
  readonly offset: number;
  readonly length: number;
}

const operators: readonly Objective['operator'][] = ['<=', '>=', '<', '>'];
const pattern = /^([A-Za-z][\w.]*)\s*(<=|>=|<|>)\s*(\S.*)$/;

function valueOf(metric: string, text: string): number | undefined {
  if (metric === 'errors') {
    const match = /^(\d{1,9}(?:\.\d{1,12})?)\s*(%?)$/.exec(text);
    if (match === null) return undefined;
    const ratio = match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
    return ratio <= 1 ? ratio : undefined;
  }
  if (metric === 'throughput') {
    const match = /^(\d{1,12}(?:\.\d{1,12})?)(?:\s*\/\s*s)?$/.exec(text);
    return match === null ? undefined : Number(match[1]);
  }
  return parseDurationMs(text);
}

function valueHint(metric: string): string {
  if (metric === 'errors') return 'Write a share of requests from 0% to 100%, for example errors < 1%.';
  if (metric === 'throughput') return 'Write a number of responses per second, for example throughput > 100/s.';
  return `Write a time with its unit (ms, s, m, h), for example ${metric} < 500ms.`;
}

function metricsHint(): string {
  const names = basicMetrics.map(({ name }) => name).join(', ');
  return `Use one of ${names}, or a time and a statistic such as ttft.p95 (${Object.keys(otherTimes).join(', ')}).`;
}

function parseOne(text: string): Objective | Pick<ObjectivesError, 'message' | 'hint' | 'instead'> {
  const match = pattern.exec(text);
  if (match === null) {
    return {
      message: `"${text}" is not an objective.`,
      hint: 'Write metric, operator and value, for example p95 < 500ms.',
    };
  }
  const [, metric = '', sign = '', value = ''] = match;
  const operator = operators.find((candidate) => candidate === sign) ?? '<';
  const names = objectiveMetrics.map(({ name }) => name);
  if (!names.includes(metric)) {
    const suggestion = closest(metric, names);
    return {
      message: `There is no metric "${metric}".`,
      hint: suggestion === undefined ? metricsHint() : `Did you mean ${suggestion}?`,
      ...(suggestion === undefined ? {} : { instead: suggestion + text.slice(metric.length) }),
    };
  }
  const number = valueOf(metric, value.trim());
  if (number === undefined) return { message: `"${value}" is no value for ${metric}.`, hint: valueHint(metric) };
  return { metric, operator, value: number, text };
}

/** Objectives from text such as `p95 < 500ms, errors < 1%`; with an `error`, those before it are returned. */
export function parseObjectives(text: string): { objectives: Objective[]; error?: ObjectivesError } {
  const objectives: Objective[] = [];
  let offset = 0;
  for (const part of text.split(',')) {
    const start = offset + part.length - part.trimStart().length;
    offset += part.length + 1;
    const trimmed = part.trim();
    if (trimmed === '') {
      const message =
        objectives.length === 0 ? 'An objective is missing.' : 'An objective is missing beside the comma.';
      const hint = 'Write objectives separated by commas, for example p95 < 500ms, errors < 1%.';
      return { objectives, error: { message, hint, offset: Math.max(0, start - 1), length: 1 } };
    }
    const one = parseOne(trimmed);
    if (!('metric' in one)) return { objectives, error: { ...one, offset: start, length: trimmed.length } };
    objectives.push(one);
  }
  return { objectives };
}

const holds = (actual: number, { operator, value }: Objective): boolean =>
  operator === '<'
    ? actual < value
    : operator === '<='
      ? actual <= value
      : operator === '>'
        ? actual > value
        : actual >= value;

/** The reliable value of a latency metric, or null. Quantiles count only with a 95 % interval (least n of metrics.md). */
function latencyOf(metric: string, distribution: Distribution): { actual: number | null; reliable: boolean } {
  const quantile = quantileOf[metric];
  if (quantile !== undefined) {
    return { actual: distribution[quantile], reliable: distribution.interval95[quantile] !== null };
  }
  const actual = metric === 'mean' ? distribution.mean : distribution.max;
  return { actual, reliable: actual !== null };
}

/** Numbers of a run or of one of its targets; backlog and response time are of the whole run. */
export type Measured = Numbers & Pick<Partial<Summary>, 'backlog' | 'responseTimeMs'>;

/** What a metric such as `ttft.p95` is a statistic of, if that was measured; undefined for a metric that is no other time. */
export function otherTimeOf(
  metric: string,
  numbers: Measured,
): { readonly statistic: string; readonly distribution: Distribution | undefined } | undefined {
  const parts = splitMetric(metric);
  if (parts === undefined) return undefined;
  const { time, statistic } = parts;
  return { statistic, distribution: time === 'response' ? numbers.responseTimeMs : numbers[`${time}Ms`] };
}

/**
 * Latency is judged over all responses and over successes alone, and the worse of both counts: neither a flood of fast
 * failures nor slow ones that are left out can make a run pass.
 */
function measure(objective: Objective, numbers: Measured): { actual: number | null; reliable: boolean } {
  const unsent = numbers.backlog?.unsent ?? 0;
  if (objective.metric === 'errors') {
    // Requests that were due and never left have failed whoever waited for them.
    const actual =
      unsent > 0
        ? 1 - numbers.successes / (numbers.requestsSent + unsent)
        : numbers.successRatio === null
          ? null
          : 1 - numbers.successRatio;
    return { actual, reliable: actual !== null };
  }
  if (objective.metric === 'throughput') {
    return { actual: numbers.throughputPerS, reliable: numbers.throughputPerS !== null };
  }
  const other = otherTimeOf(objective.metric, numbers);
  if (other !== undefined) {
    const { statistic, distribution } = other;
    if (distribution === undefined) return { actual: null, reliable: false };
    const found = latencyOf(statistic, distribution);
    // Requests that never left waited the longest, and nobody knows for how long.
    return isOfRunAlone(objective.metric) && unsent > 0 ? { ...found, reliable: false } : found;
  }
  const all = latencyOf(objective.metric, numbers.latencyMs);
  const successes = latencyOf(objective.metric, numbers.successLatencyMs);
  if (all.actual === null || successes.actual === null) return { actual: all.actual, reliable: false };
  const worse = objective.operator.startsWith('<') ? Math.max : Math.min;
  return { actual: worse(all.actual, successes.actual), reliable: all.reliable && successes.reliable };
}

/** What became of each objective, for the whole run or for one target. Too few samples is never a pass. */
export function evaluateObjectives(objectives: readonly Objective[], numbers: Measured, target?: string): Verdict[] {
  return objectives.map((objective) => {
    const { actual, reliable } = measure(objective, numbers);
    const outcome = actual === null || !reliable ? 'not enough data' : holds(actual, objective) ? 'pass' : 'fail';
    return { objective, ...(target === undefined ? {} : { target }), outcome, actual };
  });
}

/** What became of the objectives of a run, those of the plan and then those of each target. */
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

/** What one request must meet for goodput: its latency, and its other times; undefined: anything. */
interface PerRequestLimitsMs {
  readonly latencyMs: number | undefined;
  readonly others: RequestLimitsMs | undefined;
}

/** Every objective of a time with `<` or `<=` bounds that time of each request; the tightest counts. */
export function perRequestLimitsMs(objectives: readonly Objective[]): PerRequestLimitsMs {
  let latencyMs: number | undefined;
  const others: { -readonly [K in TimeName]?: number } = {};
  for (const { metric, operator, value } of objectives) {
    if (metric === 'errors' || metric === 'throughput' || !operator.startsWith('<')) continue;
    const time = splitMetric(metric)?.time;
    if (time === undefined) latencyMs = Math.min(value, latencyMs ?? Infinity);
    else others[time] = Math.min(value, others[time] ?? Infinity);
  }
  return { latencyMs, others: Object.keys(others).length === 0 ? undefined : others };
}

/** Objectives without those on tokens, which an answer that is no stream can't meet. */
export function withoutTokenTimes(objectives: readonly Objective[]): Objective[] {
  return objectives.filter(({ metric }) => {
    const time = splitMetric(metric)?.time;
    return time === undefined || time === 'response' || time === 'ttfb';
  });
}
