import { LoadlensError } from '../errors.ts';

/** What a numeric choice of a run may be. `whole`: no fraction. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** For people; empty for a count. */
  readonly unit: string;
}

/** The range of every numeric choice: endpoints files, settings and the command line share it. */
export const planLimits = {
  requests: { min: 1, max: 10_000_000, whole: true, unit: '' },
  durationS: { min: 0.001, max: 86_400, whole: false, unit: 'seconds' },
  concurrency: { min: 1, max: 10_000, whole: true, unit: '' },
  ratePerS: { min: 0.001, max: 1_000_000, whole: false, unit: 'requests/s' },
  maxInFlight: { min: 1, max: 10_000, whole: true, unit: '' },
  seed: { min: 0, max: 4_294_967_295, whole: true, unit: '' },
  warmup: { min: 0, max: 1_000_000, whole: true, unit: '' },
  timeoutMs: { min: 1, max: 3_600_000, whole: false, unit: 'ms' },
  drainMs: { min: 0, max: 3_600_000, whole: false, unit: 'ms' },
  maxRedirects: { min: 0, max: 20, whole: true, unit: '' },
  maxHeadBytes: { min: 1_024, max: 67_108_864, whole: true, unit: 'bytes' },
  workers: { min: 1, max: 64, whole: true, unit: '' },
} as const satisfies Record<string, Limit>;

/** Limits on what of a response body is looked at, bytes. Beyond them a body is counted and its figures are absent. */
export const bodyLimits = {
  /** JSON that is searched for `output_tokens`. */
  jsonBytes: 262_144,
  /** The start of a failed response that is kept, before decoding. */
  sampleBytes: 4_096,
  /** A body once it is decoded. */
  decodedBytes: 67_108_864,
} as const;

/** The numeric choices of a run. */
export type LimitName = keyof typeof planLimits;

/** The option as people write it: `--duration`, `@duration`, the setting's name. */
const optionNames: Readonly<Record<LimitName, string>> = {
  requests: 'requests',
  durationS: 'duration',
  concurrency: 'concurrency',
  ratePerS: 'rate',
  maxInFlight: 'max in flight',
  seed: 'seed',
  warmup: 'warmup',
  timeoutMs: 'timeout',
  drainMs: 'drain',
  maxRedirects: 'max redirects',
  maxHeadBytes: 'max head',
  workers: 'workers',
};

const withCommas = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** Returns the range in words: `from 1 to 3,600,000 ms`. */
export function rangeText(name: LimitName): string {
  const { min, max, unit } = planLimits[name];
  const range = `from ${withCommas(min)} to ${withCommas(max)}`;
  return unit === '' ? range : `${range} ${unit}`;
}

/** Returns what is valid, in words: `a whole number from 1 to 10,000`. */
export function describeLimit(name: LimitName): string {
  return `a ${planLimits[name].whole ? 'whole ' : ''}number ${rangeText(name)}`;
}

/** Whether a value may be used for the choice. */
export function withinLimit(name: LimitName, value: number): boolean {
  const { min, max, whole } = planLimits[name];
  return value >= min && value <= max && (!whole || Number.isInteger(value));
}

/** The value itself; throws a LoadlensError that names option and range when it may not be used. */
export function checkLimit(name: LimitName, value: number): number {
  if (withinLimit(name, value)) return value;
  const option = optionNames[name];
  throw new LoadlensError(`The value ${value} isn't valid for ${option}.`, {
    hint: `Expected ${describeLimit(name)}.`,
  });
}
