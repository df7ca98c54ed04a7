import { LoadlensError } from '../errors.ts';
import { arrivalProcesses, transportNames } from '../vocabulary.ts';
import { parseSeries } from '../metrics/server/other-series.ts';
import { describeLimit, durationLimit, isWithin, rateLimit, type Limit } from './limits.ts';
import { tokenizerName } from './llm/tokenizers.ts';
import { precisionGoal } from './until.ts';
import { choice, duration, number, numberOr, size, stages, textOf, truth, wholeNumber } from './value-types.ts';
import type { ValueOf, ValueType } from './value-types.ts';

/** An option of a run: on the command line, in endpoints files, and in the settings of the editor. */
export interface PlanOption<T> {
  /** Name on the command line and in files: `--max-in-flight`, `@max-in-flight`. */
  readonly name: string;
  /** Name on the command line, if it's another one. */
  readonly flag?: string;
  /** One-letter name on the command line. */
  readonly short?: string;
  /** Placeholder of its value in `--help`; absent: a flag without a value. */
  readonly argument?: string;
  readonly value: ValueType<T>;
  /** Default, unless it depends on others. */
  readonly default?: T;
  /** Default in words, if the value isn't enough. */
  readonly defaultText?: string;
  /** Whether a file may set it: `# @max-in-flight 500`. */
  readonly inFile?: boolean;
  /** Setting of the editor, below `loadlens.` */
  readonly setting?: string;
  /** One sentence without a period. */
  readonly help: string;
  /** Further sentences with periods, for pages and hovers. */
  readonly more?: string;
  /** A value as written; for options of files. */
  readonly example?: string;
}

/** Returns whether a text is a URL without a user or password: results name it. */
function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

const areHttpUrls = (text: string): boolean => text.trim().split(/\s+/).every(isHttpUrl);

/**
 * All options of a run, in the order of `--help`. Command line, directives, settings, range checks, and the tables of
 * the documentation derive from these rows.
 */
export const planOptions = {
  requests: {
    name: 'requests',
    short: 'n',
    argument: '<n>',
    value: wholeNumber(1, 10_000_000),
    default: 10,
    inFile: true,
    setting: 'run.requests',
    help: 'Number of requests in a run',
    example: '500',
  },
  conversations: {
    name: 'conversation-count',
    argument: '<n>',
    value: wholeNumber(1, 10_000_000),
    inFile: true,
    help: 'Number of conversations in a run, for targets with conversations',
    more: 'With a number of requests, the run stops starting conversations when either limit is reached. Each conversation is sent to its end.',
    example: '200',
  },
  durationS: {
    name: 'duration',
    argument: '<time>',
    value: duration(durationLimit),
    inFile: true,
    help: 'Time during which new requests are sent',
    more: 'With a number of requests, the run ends when either limit is reached.',
    example: '30s',
  },
  until: {
    name: 'until',
    argument: '<precision>',
    value: precisionGoal,
    inFile: true,
    help: 'End the run once a metric reaches this precision, such as p95 ±5% or throughput +-2%',
    more: 'Requests and duration limit the run. Without them, it ends after 5 minutes at most.',
    example: 'p95 ±5%',
  },
  concurrency: {
    name: 'concurrency',
    short: 'c',
    argument: '<n>',
    value: wholeNumber(1, 10_000),
    default: 5,
    inFile: true,
    setting: 'run.concurrency',
    help: 'Number of concurrent requests (closed model)',
    more: 'The next request is sent as soon as one ends.',
    example: '10',
  },
  ratePerS: {
    name: 'rate',
    argument: '<perS>',
    value: numberOr(number(rateLimit), 'inf'),
    inFile: true,
    help: 'Arrival rate in requests/s (open model); inf sends all requests as soon as possible',
    more: 'Requests are sent on schedule, whether or not earlier ones have ended. With inf, only the maximum in flight limits them.',
    example: '200',
  },
  stages: {
    name: 'stages',
    argument: '<list>',
    value: stages,
    inFile: true,
    help: 'Arrival rates over time (open model): held (30s:50) or ramped linearly (1m:50..200)',
    example: '30s:50, 1m:50..200',
  },
  arrivals: {
    name: 'arrivals',
    argument: '<process>',
    value: choice(arrivalProcesses),
    default: 'constant',
    inFile: true,
    help: 'Arrival process of the open model: constant (equal intervals), poisson (random intervals), or gamma (bursts)',
    example: 'poisson',
  },
  burstiness: {
    name: 'burstiness',
    argument: '<factor>',
    value: number({ min: 0.01, max: 1_000, whole: false, unit: '' }),
    inFile: true,
    help: 'Shape of gamma arrivals (open model): below 1 in bursts, 1 as Poisson, above 1 more even',
    more: 'Selects gamma arrivals. Same meaning as in vllm bench.',
    example: '0.5',
  },
  traceSpeed: {
    name: 'trace-speed',
    argument: '<factor>',
    value: number({ min: 0.001, max: 1_000, whole: false, unit: '' }),
    default: 1,
    inFile: true,
    help: 'Speed at which a trace is replayed: 2 halves all times',
    example: '2',
  },
  maxInFlight: {
    name: 'max-in-flight',
    argument: '<n>',
    value: wholeNumber(1, 10_000),
    default: 1_000,
    inFile: true,
    help: 'Maximum number of requests in flight (open model)',
    more: 'Further requests are queued and counted as backlog.',
    example: '500',
  },
  timeoutMs: {
    name: 'timeout',
    argument: '<time>',
    value: duration({ min: 1, max: 3_600_000, whole: false, unit: 'ms' }),
    default: 30_000,
    inFile: true,
    setting: 'run.timeoutSeconds',
    help: 'Timeout of a request',
    more: 'It includes the time to connect, but not the time in the queue.',
    example: '30s',
  },
  maxRedirects: {
    name: 'max-redirects',
    argument: '<n>',
    value: wholeNumber(0, 20),
    default: 0,
    setting: 'run.maxRedirects',
    help: 'Maximum number of redirects per request',
    more: 'Only redirects to the same host or to this machine are followed.',
  },
  maxHeadBytes: {
    name: 'max-head',
    argument: '<size>',
    value: size(1_024, 67_108_864),
    // The limit of browsers.
    default: 262_144,
    inFile: true,
    help: 'Maximum size of a response head',
    example: '1MiB',
  },
  insecure: {
    name: 'insecure',
    value: truth,
    inFile: true,
    help: 'Accept self-signed, expired, and mismatched server certificates',
    example: 'true',
  },
  metricsUrl: {
    name: 'metrics',
    // --metrics are those of a comparison.
    flag: 'server-metrics',
    argument: '<url>',
    value: textOf(
      areHttpUrls,
      'an http:// or https:// URL without a user or password, such as http://127.0.0.1:8000/metrics, or several with spaces between',
    ),
    inFile: true,
    help: "Read the server's own metrics (Prometheus text) during the run",
    more: 'Spaces separate several URLs, such as those of the server and of a DCGM exporter for its GPUs. They are read four times a second in the first 5 s, then once a second. Each URL must be on this machine or on the host of a target. By default, only a language model server that Loadlens started is read.',
    example: 'http://127.0.0.1:8000/metrics',
  },
  series: {
    name: 'series',
    argument: '<names>',
    value: textOf(
      (text) => parseSeries(text) !== undefined,
      'names of Prometheus series with spaces between, such as http_requests_total{code="500"}',
    ),
    inFile: true,
    help: "Record more series of the server's metrics, by name",
    more: 'Labels in braces select samples, and those that are left are added up. Spaces separate several series. Counters are shown with their change and their rate, all others with mean and maximum.',
    example: 'process_resident_memory_bytes',
  },
  tokenizer: {
    name: 'tokenizer',
    argument: '<name>',
    value: tokenizerName,
    inFile: true,
    help: "Count input and output tokens that the server doesn't report: o200k_base, cl100k_base, gpt2, a folder with a tokenizer.json, or a model on Hugging Face",
    more: 'The folder is relative to the endpoints file. Counts that the server reports are compared with it.',
    example: 'o200k_base',
  },
  seed: {
    name: 'seed',
    argument: '<n>',
    value: wholeNumber(0, 4_294_967_295),
    // Fixed, so that two runs send the same sequence.
    default: 1,
    inFile: true,
    help: 'Seed of all random choices: targets, arrivals, prompts, times, and values',
    more: 'The same seed gives the same sequence.',
    example: '7',
  },
  warmup: {
    name: 'warmup',
    argument: '<n>',
    value: numberOr(wholeNumber(0, 1_000_000), 'auto'),
    default: 0,
    inFile: true,
    setting: 'run.warmup',
    help: 'Number of warm-up requests before the measurement, or auto to find the warm-up in the data',
    more: 'Warm-up requests are excluded from all metrics.',
    example: '20',
  },
  coldStart: {
    name: 'cold-start',
    value: truth,
    default: false,
    help: 'Include connection setup in the measurement',
  },
  transport: {
    name: 'transport',
    argument: '<name>',
    value: choice(transportNames),
    defaultText: 'raw',
    help: 'HTTP client: raw (built-in) or undici',
    more: "By default, undici sends only requests that the built-in client doesn't support.",
  },
  workers: {
    name: 'workers',
    argument: '<n>',
    value: wholeNumber(1, 64),
    defaultText: '1, grows when saturated',
    help: 'Fixed number of sender threads',
  },
  drainMs: {
    name: 'drain',
    argument: '<time>',
    value: duration({ min: 0, max: 3_600_000, whole: false, unit: 'ms' }),
    default: 30_000,
    help: 'Maximum time to wait for requests in flight after the last one left',
  },
} as const satisfies Record<string, PlanOption<unknown>>;

/** Name of an option in the code. */
export type PlanOptionName = keyof typeof planOptions;
/** Types of the values of all options. */
export type PlanValues = { readonly [Name in PlanOptionName]: ValueOf<(typeof planOptions)[Name]['value']> };
/** Options that a file may set. */
export type FileOptionName = {
  [Name in PlanOptionName]: (typeof planOptions)[Name] extends { readonly inFile: true } ? Name : never;
}[PlanOptionName];
/** Options whose value is a number, or a word instead of one. */
export type LimitName = {
  [Name in PlanOptionName]: (typeof planOptions)[Name]['value'] extends { readonly limit: Limit } ? Name : never;
}[PlanOptionName];

const isOption = (name: string): name is PlanOptionName => Object.hasOwn(planOptions, name);
const isFileOption = (name: PlanOptionName): name is FileOptionName => 'inFile' in planOptions[name];

/** Names of all options, in the order of the rows. */
export const planOptionNames: readonly PlanOptionName[] = Object.keys(planOptions).filter(isOption);

/** Names of the options that a file may set. */
export const fileOptionNames: readonly FileOptionName[] = planOptionNames.filter(isFileOption);

const fileOptions: {
  readonly [Name in FileOptionName]: PlanOption<PlanValues[Name]> & { readonly example: string };
} = planOptions;

/** Returns the row of an option that a file may set, with the type of its values. */
export const fileOption = <Name extends FileOptionName>(name: Name): (typeof fileOptions)[Name] => fileOptions[name];

/** Returns the default of an option, in words; undefined without one. */
export function defaultTextOf<T>(option: PlanOption<T>): string | undefined {
  if (option.defaultText !== undefined) return option.defaultText;
  return option.default === undefined || option.argument === undefined ? undefined : option.value.write(option.default);
}

/** Returns the range of an option. */
export const limitOf = (name: LimitName): Limit => planOptions[name].value.limit;

/** Returns whether a value is in the range of an option. */
export const withinLimit = (name: LimitName, value: number): boolean => isWithin(limitOf(name), value);

/**
 * Returns the value.
 * @throws LoadlensError with name and range of the option if the value is out of range
 */
export function checkLimit(name: LimitName, value: number): number {
  if (withinLimit(name, value)) return value;
  const option = planOptions[name].name.replaceAll('-', ' ');
  throw new LoadlensError(`The value ${value} isn't valid for ${option}.`, {
    hint: `Expected ${describeLimit(limitOf(name))}.`,
  });
}
