import { closest } from '../closest.ts';
import type { RequestLimitsMs } from '../metrics/streams.ts';
import { parseDurationMs } from './duration.ts';
import type { Objective } from '../vocabulary.ts';

/** What an objective can be about. */
interface ObjectiveMetric {
  readonly name: string;
  readonly what: string;
  readonly example: string;
}

const basicMetrics: readonly ObjectiveMetric[] = [
  { name: 'p50', what: '50th percentile of latency.', example: 'p50 < 200ms' },
  { name: 'p90', what: '90th percentile of latency.', example: 'p90 < 400ms' },
  { name: 'p95', what: '95th percentile of latency.', example: 'p95 < 500ms' },
  { name: 'p99', what: '99th percentile of latency.', example: 'p99 < 1s' },
  { name: 'p99.9', what: '99.9th percentile of latency.', example: 'p99.9 < 2s' },
  { name: 'mean', what: 'Mean latency.', example: 'mean < 300ms' },
  { name: 'max', what: 'Maximum latency.', example: 'max < 5s' },
  { name: 'errors', what: 'Share of failed requests.', example: 'errors < 1%' },
  { name: 'throughput', what: 'Responses per second.', example: 'throughput > 100/s' },
];

/** A time other than latency, as objectives name it. */
export type TimeName = keyof RequestLimitsMs;

/** Times other than latency, of which an objective names a statistic: `ttft.p95`. */
const otherTimes: Readonly<Record<TimeName, { readonly what: string; readonly example: string }>> = {
  response: {
    what: 'response time (from the scheduled time of a request to the end of its response)',
    example: '800ms',
  },
  ttfb: { what: 'time to first byte (TTFB)', example: '100ms' },
  ttft: { what: 'time to first token (TTFT)', example: '500ms' },
  icl: { what: 'inter-chunk latency (ICL)', example: '50ms' },
  tpot: { what: 'time per output token (TPOT)', example: '50ms' },
  e2e: { what: 'end-to-end latency (E2E)', example: '5s' },
  stall: { what: 'the longest ICL of a stream', example: '1s' },
};

const statistics: Readonly<Record<string, string>> = {
  p50: '50th percentile',
  p90: '90th percentile',
  p95: '95th percentile',
  p99: '99th percentile',
  'p99.9': '99.9th percentile',
  mean: 'Mean',
  max: 'Maximum',
};

const isTimeName = (name: string): name is TimeName => name in otherTimes;

/** Returns the parts of `ttft.p95`; undefined for a metric that is no other time. */
export function splitMetric(metric: string): { time: TimeName; statistic: string } | undefined {
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

/** How a measured value is compared with that of an objective; longer ones first. */
export const objectiveOperators: readonly Objective['operator'][] = ['<=', '>=', '<', '>'];
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

/** A bare number with the unit that it most likely lacks; undefined where a unit doesn't help. */
function withUnit(metric: string, value: string): string | undefined {
  const unit = metric === 'errors' ? '%' : 'ms';
  return /^\d+(?:\.\d+)?$/.test(value) && valueOf(metric, value + unit) !== undefined ? value + unit : undefined;
}

function valueHint(metric: string): string {
  if (metric === 'errors') return 'Expected a share from 0% to 100%, such as errors < 1%.';
  if (metric === 'throughput') return 'Expected responses per second, such as throughput > 100/s.';
  return `Expected a time with a unit (ms, s, m, h), such as ${metric} < 500ms.`;
}

function metricsHint(): string {
  const names = basicMetrics.map(({ name }) => name).join(', ');
  return `Use one of ${names}, or a metric and a statistic such as ttft.p95 (${Object.keys(otherTimes).join(', ')}).`;
}

function parseOne(text: string): Objective | Pick<ObjectivesError, 'message' | 'hint' | 'instead'> {
  const match = pattern.exec(text);
  if (match === null) {
    return {
      message: `"${text}" isn't an objective.`,
      hint: 'Expected metric, operator, and value, such as p95 < 500ms.',
    };
  }
  const [, metric = '', sign = '', value = ''] = match;
  const operator = objectiveOperators.find((candidate) => candidate === sign) ?? '<';
  const names = objectiveMetrics.map(({ name }) => name);
  if (!names.includes(metric)) {
    const suggestion = closest(metric, names);
    return {
      message: `Metric "${metric}" is unknown.`,
      hint: suggestion === undefined ? metricsHint() : `Did you mean ${suggestion}?`,
      ...(suggestion === undefined ? {} : { instead: suggestion + text.slice(metric.length) }),
    };
  }
  const number = valueOf(metric, value.trim());
  if (number === undefined) {
    const instead = withUnit(metric, value.trim());
    return {
      message: `"${value}" isn't a valid value of ${metric}.`,
      hint: valueHint(metric),
      ...(instead === undefined ? {} : { instead: text.slice(0, text.length - value.length) + instead }),
    };
  }
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
        objectives.length === 0 ? 'An objective is missing.' : 'An objective is missing next to the comma.';
      const hint = 'Expected objectives separated by commas, such as p95 < 500ms, errors < 1%.';
      return { objectives, error: { message, hint, offset: Math.max(0, start - 1), length: 1 } };
    }
    const one = parseOne(trimmed);
    if (!('metric' in one)) return { objectives, error: { ...one, offset: start, length: trimmed.length } };
    objectives.push(one);
  }
  return { objectives };
}
