/** Range of a number. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  /** Whether only whole numbers are valid. */
  readonly whole: boolean;
  /** Unit in messages; empty for a count. */
  readonly unit: string;
}

/** Range of an arrival rate: that of a run, and those of its stages. */
export const rateLimit: Limit = { min: 0.001, max: 1_000_000, whole: false, unit: 'requests/s' };

/** Range of a duration: that of a run, and those of its stages. */
export const durationLimit: Limit = { min: 0.001, max: 86_400, whole: false, unit: 'seconds' };

/** Limits on how much of a response body is read, bytes. A larger body is counted, but gives no tokens and no sample. */
export const bodyLimits = {
  /** JSON that is searched for `output_tokens`. */
  jsonBytes: 262_144,
  /** Start of a failed response that is kept, before decoding. */
  sampleBytes: 4_096,
  /** A decoded body. */
  decodedBytes: 67_108_864,
} as const;

/** Returns a number with commas: `10,000`. */
export const withCommas = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** Returns what is valid, in words: `a whole number from 1 to 10,000`. */
export function describeLimit({ min, max, whole, unit }: Limit): string {
  const range = `a ${whole ? 'whole ' : ''}number from ${withCommas(min)} to ${withCommas(max)}`;
  return unit === '' ? range : `${range} ${unit}`;
}

/** Returns whether a value is in a range. */
export const isWithin = ({ min, max, whole }: Limit, value: number): boolean =>
  value >= min && value <= max && (!whole || Number.isInteger(value));
