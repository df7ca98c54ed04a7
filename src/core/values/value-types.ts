import { durationText, durationUnits, parseDurationMs } from './duration.ts';
import { describeLimit, isWithin, withCommas, type Limit } from './limits.ts';
import { parseSizeBytes, sizeText } from './size.ts';
import { parseStages, stagesForm, stagesText } from './stages.ts';
import type { Stage } from '../vocabulary.ts';

/** A text that an editor suggests as a value. */
export interface Suggestion {
  readonly text: string;
  /** Explanation; absent if the text needs none. */
  readonly help?: string;
}

/** Suggestions, and the number of characters before the cursor that one of them replaces. */
export interface Suggestions {
  readonly replaces: number;
  readonly values: readonly Suggestion[];
}

/** A type of values written as text, in an option or a directive. */
export interface ValueType<T> {
  /** Returns the value of a trimmed text; undefined if the text isn't valid. */
  read(text: string): T | undefined;
  /** Returns a text that reads as the same value. */
  write(value: T): string;
  /** Expected value for messages: `a whole number from 1 to 10,000`. */
  readonly expected: string;
  /** Valid range, for tables: `1 to 10,000`; absent without one. */
  readonly range?: string;
  /** All valid texts; absent if there are too many. */
  readonly choices?: readonly string[];
  /** Returns suggestions for the text typed so far; absent if there are none. */
  suggest?(typed: string): Suggestions;
  /** Returns the text that was probably meant by an invalid one; undefined if unknown. */
  correct?(text: string): string | undefined;
}

/** A type of numbers in a range. */
export interface NumberType extends ValueType<number> {
  readonly limit: Limit;
}

/** Type of the values of a value type. */
export type ValueOf<Type> = Type extends ValueType<infer T> ? T : never;

/** Returns suggestions that replace all that is typed. */
export const suggestionsFor = (typed: string, texts: readonly string[]): Suggestions => ({
  replaces: typed.length,
  values: texts.map((text) => ({ text })),
});

/** Returns suggestions of a typed number with each unit; none for other texts. */
export const withUnits = (typed: string, units: readonly string[]): Suggestions =>
  suggestionsFor(typed, /^\d+(?:\.\d+)?$/.test(typed) ? units.map((unit) => typed + unit) : []);

/** Returns the type of numbers in a range. */
export const number = (limit: Limit): NumberType => ({
  limit,
  // Number() alone also takes hexadecimal numbers, exponents, and an empty text.
  read: (text) => (/^\d+(?:\.\d+)?$/.test(text) && isWithin(limit, Number(text)) ? Number(text) : undefined),
  write: String,
  expected: describeLimit(limit),
  range: `${withCommas(limit.min)} to ${withCommas(limit.max)}`,
});

/** Returns the type of whole numbers in a range. */
export const wholeNumber = (min: number, max: number): NumberType => number({ min, max, whole: true, unit: '' });

/** Returns the type of numbers, or a word instead of one. */
export const numberOr = <Word extends string>(
  type: NumberType,
  word: Word,
): ValueType<number | Word> & { readonly limit: Limit } => ({
  limit: type.limit,
  read: (text) => (text === word ? word : type.read(text)),
  write: String,
  expected: `${type.expected}, or ${word}`,
  ...(type.range !== undefined && { range: `${type.range}, or ${word}` }),
  suggest: (typed) => suggestionsFor(typed, [word]),
});

/** Returns the type of durations in a range, to whole milliseconds, in the unit of the range: ms or seconds. */
export function duration(limit: Limit): NumberType {
  const msPerUnit = limit.unit === 'seconds' ? 1000 : 1;
  const [min, max] = [limit.min, limit.max].map((end) => durationText(end * msPerUnit));
  return {
    limit,
    read: (text) => {
      const ms = parseDurationMs(text.replace(/ +(?=[a-z])/g, ''));
      const value = ms === undefined ? Number.NaN : Math.round(ms) / msPerUnit;
      return isWithin(limit, value) ? value : undefined;
    },
    write: (value) => durationText(Math.round(value * msPerUnit)),
    expected: `a time with a unit, such as 30s or 500ms, up to ${max ?? ''}`,
    range: `${min ?? ''} to ${max ?? ''}`,
    suggest: (typed) => withUnits(typed, durationUnits),
    correct: (text) => (/^\d{1,4}$/.test(text) ? `${text}s` : undefined),
  };
}

/** Returns the type of sizes in a range, bytes. */
export function size(min: number, max: number): NumberType {
  const limit: Limit = { min, max, whole: true, unit: 'bytes' };
  return {
    limit,
    read: (text) => {
      const bytes = parseSizeBytes(text) ?? Number.NaN;
      return isWithin(limit, bytes) ? bytes : undefined;
    },
    write: sizeText,
    expected: `a size such as 512KiB or 1MiB, from ${sizeText(min)} to ${sizeText(max)}`,
    range: `${sizeText(min)} to ${sizeText(max)}`,
  };
}

/** Returns the type of texts in a list. */
export function choice<T extends string>(choices: readonly T[]): ValueType<T> {
  const last = choices.at(-1) ?? '';
  const others = choices.slice(0, -1).join(', ');
  return {
    read: (text) => choices.find((one) => one === text),
    write: (value) => value,
    expected: `${others}${choices.length > 2 ? ',' : ''} or ${last}`,
    choices,
    suggest: (typed) => suggestionsFor(typed, choices),
  };
}

/** Type of `true` and `false`. */
export const truth: ValueType<boolean> = {
  ...choice(['true', 'false']),
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  write: String,
};

/** Returns the type of texts of a form, kept as written. An editor suggests the examples. */
export const textOf = (
  isValid: (text: string) => boolean,
  expected: string,
  examples: readonly string[] = [],
): ValueType<string> => ({
  read: (written) => (isValid(written) ? written : undefined),
  write: (value) => value,
  expected,
  suggest: (typed) => suggestionsFor(typed, examples),
});

/** Returns the type of all texts but the empty one. */
export const text = (expected: string): ValueType<string> => textOf((written) => written !== '', expected);

/** Type of lists of stages. */
export const stages: ValueType<readonly Stage[]> = { read: parseStages, write: stagesText, expected: stagesForm };
