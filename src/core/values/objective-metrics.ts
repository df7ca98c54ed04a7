import { formatMs, formatPercent, formatRate } from '../format.ts';
import type { RequestLimitsMs } from '../metrics/streams.ts';
import type { QuantileName } from '../metrics/types.ts';
import { durationUnits, parseDurationMs } from './duration.ts';

/** Unit of a metric's values. */
interface Unit {
  /** Returns the value of a text; undefined if the text isn't valid. */
  readonly read: (text: string) => number | undefined;
  /** Returns a measured value as text. `digits`: significant digits of a time. */
  readonly format: (value: number | null, digits?: number) => string;
  /** Units in a text, which an editor suggests. */
  readonly suffixes: readonly string[];
  /** Unit that a number without one probably lacks; absent if it needs none. */
  readonly missing?: string;
  /** Expected value for messages, with the name of the metric. */
  readonly expected: (metric: string) => string;
  /** Description for the documentation. */
  readonly help: string;
}

const units = {
  ms: {
    read: parseDurationMs,
    format: formatMs,
    suffixes: durationUnits,
    missing: 'ms',
    expected: (metric) => `a time with a unit (ms, s, m, h), such as ${metric} < 500ms`,
    help: 'Time with a unit',
  },
  ratio: {
    read: (text) => {
      const [, digits, percent] = /^(\d{1,9}(?:\.\d{1,12})?)\s*(%?)$/.exec(text) ?? [];
      const ratio = Number(digits) / (percent === '%' ? 100 : 1);
      return ratio <= 1 ? ratio : undefined;
    },
    format: formatPercent,
    suffixes: ['%'],
    missing: '%',
    expected: (metric) => `a share from 0% to 100%, such as ${metric} < 1%`,
    help: 'Share from 0% to 100%, or from 0 to 1',
  },
  perS: {
    read: (text) => {
      const [, digits] = /^(\d{1,12}(?:\.\d{1,12})?)(?:\s*\/\s*s)?$/.exec(text) ?? [];
      return digits === undefined ? undefined : Number(digits);
    },
    format: (value) => formatRate(value),
    suffixes: ['/s'],
    expected: (metric) => `responses per second, such as ${metric} > 100/s`,
    help: 'Number per second',
  },
} as const satisfies Record<string, Unit>;

/** A metric of objectives. */
export interface ObjectiveMetric {
  readonly name: string;
  /** The measured quantity without its statistic: `time to first token (TTFT)`. */
  readonly subject: string;
  readonly unit: keyof typeof units;
  /** Direction of good values. */
  readonly better: 'lower' | 'higher';
  /** One sentence. */
  readonly help: string;
  readonly example: string;
  /** Exists only for a whole run, not for a target. */
  readonly ofRunAlone?: boolean;
}

/** A time other than latency, as objectives name it. */
export type TimeName = keyof RequestLimitsMs;

/** A time of requests. Its metrics are its statistics. */
interface Time {
  readonly subject: string;
  /** Value in examples; one for each statistic, or one for all. */
  readonly example: string | Readonly<Record<string, string>>;
  readonly ofRunAlone?: boolean;
}

const latency: Time = {
  subject: 'latency',
  example: { p50: '200ms', p90: '400ms', p95: '500ms', p99: '1s', 'p99.9': '2s', mean: '300ms', max: '5s' },
};

/** Times other than latency, by the first part of their names: `ttft.p95`. */
const otherTimes: Readonly<Record<TimeName, Time>> = {
  response: {
    subject: 'response time (from the scheduled time of a request to the end of its response)',
    example: '800ms',
    // A tally of response times for each target would cost memory in every run.
    ofRunAlone: true,
  },
  ttfb: { subject: 'time to first byte (TTFB)', example: '100ms' },
  ttft: { subject: 'time to first token (TTFT)', example: '500ms' },
  icl: { subject: 'inter-chunk latency (ICL)', example: '50ms' },
  tpot: { subject: 'time per output token (TPOT)', example: '50ms' },
  e2e: { subject: 'end-to-end latency (E2E)', example: '5s' },
  stall: { subject: 'the longest ICL of a stream', example: '1s' },
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

/** Quantiles by their names in objectives. */
export const quantileOf: Readonly<Record<string, QuantileName>> = {
  p50: 'median',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
};

/** Returns the metrics of a time: one for each statistic. */
const metricsOf = (prefix: string, { subject, example, ofRunAlone = false }: Time): ObjectiveMetric[] =>
  Object.entries(statistics).map(([statistic, words]) => {
    const value = typeof example === 'string' ? example : (example[statistic] ?? '');
    const name = `${prefix}${statistic}`;
    return {
      name,
      subject,
      unit: 'ms',
      better: 'lower',
      help: `${words} of ${subject}.`,
      example: `${name} < ${value}`,
      ofRunAlone,
    };
  });

/** All metrics of objectives. Parser, completion, reports, and the table in docs/endpoints-file.md derive from these rows. */
export const objectiveMetrics: readonly ObjectiveMetric[] = [
  ...metricsOf('', latency),
  {
    name: 'errors',
    subject: 'failed requests',
    unit: 'ratio',
    better: 'lower',
    help: 'Share of failed requests.',
    example: 'errors < 1%',
  },
  {
    name: 'throughput',
    subject: 'successes',
    unit: 'perS',
    better: 'higher',
    help: 'Successes per second.',
    example: 'throughput > 100/s',
  },
  {
    name: 'attainment',
    subject: 'SLO attainment',
    unit: 'ratio',
    better: 'higher',
    help: 'Share of requests that succeeded and met the upper limits of times.',
    example: 'attainment >= 95%',
    ofRunAlone: true,
  },
  {
    name: 'goodput',
    subject: 'goodput',
    unit: 'perS',
    better: 'higher',
    help: 'Requests per second that succeeded and met the upper limits of times.',
    example: 'goodput > 8/s',
    ofRunAlone: true,
  },
  ...Object.entries(otherTimes).flatMap(([name, time]) => metricsOf(`${name}.`, time)),
];

const rows = new Map(objectiveMetrics.map((row) => [row.name, row]));

/** Returns the unit of a metric. */
export const unitOf = (metric: string): Unit => units[rows.get(metric)?.unit ?? 'ms'];

/** Returns whether a metric is a share of requests. */
export const isShare = (metric: string): boolean => unitOf(metric) === units.ratio;

/** Returns whether a metric is a time. */
export const isTime = (metric: string): boolean => unitOf(metric) === units.ms;

/** Returns whether a metric is a time that only streams of tokens have. */
export function isTokenTime(metric: string): boolean {
  const time = splitMetric(metric)?.time;
  return time !== undefined && time !== 'response' && time !== 'ttfb';
}

/** Returns a measured value of a metric as text. `digits`: significant digits of a time. */
export const measuredValue = (metric: string, value: number | null, digits?: number): string =>
  unitOf(metric).format(value, digits);

/** Returns whether a metric exists only for a whole run. */
export const isOfRunAlone = (metric: string): boolean => rows.get(metric)?.ofRunAlone ?? false;

const isTimeName = (name: string): name is TimeName => Object.hasOwn(otherTimes, name);

/** Returns the parts of `ttft.p95`; undefined for other metrics, such as those of latency. */
export function splitMetric(metric: string): { time: TimeName; statistic: string } | undefined {
  const dot = metric.indexOf('.');
  const time = metric.slice(0, dot);
  return dot > 0 && isTimeName(time) ? { time, statistic: metric.slice(dot + 1) } : undefined;
}

/** Returns how to name a metric, for a message about an unknown one. */
export function metricsHint(): string {
  const names = objectiveMetrics.filter(({ name }) => splitMetric(name) === undefined).map(({ name }) => name);
  return `Use one of ${names.join(', ')}, or a metric and a statistic such as ttft.p95 (${Object.keys(otherTimes).join(', ')}).`;
}
