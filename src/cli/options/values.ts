import { InvalidArgumentError } from 'commander';
import {
  comparedMetricNames,
  isComparedMetric,
  type ComparedMetricName,
} from '../../core/record/comparisons/compared-metrics.ts';
import { isHeaderValue } from '../../core/endpoints/read/headers.ts';
import { ownHeaders } from '../../core/endpoints/known-words.ts';
import { parseObjectives } from '../../core/values/objectives.ts';
import { parseAbsoluteObjectives } from '../../core/report/comparisons/relative-objectives.ts';
import type { ValueType } from '../../core/values/value-types.ts';
import type { Objective } from '../../core/vocabulary.ts';

/** Returns a parser of an option's text by its value type. */
export function parserOf<T>(type: ValueType<T>): (text: string) => T {
  return (text) => {
    const value = type.read(text.trim());
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`Expected ${type.expected}.`);
  };
}

/** Reads the value of an option that is a number from `min` to `max`. */
export function numberFrom(min: number, max: number, kind: 'a number' | 'a whole number'): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isIt = isPlain(text) && (kind === 'a number' || Number.isInteger(value));
    if (isIt && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected ${kind} from ${min} to ${max}.`);
  };
}

/** Reads one `--header 'Name: value'`, after those before it. */
export function header(
  text: string,
  before: readonly (readonly [name: string, value: string])[] = [],
): (readonly [name: string, value: string])[] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined || !isHeaderValue(value.trim())) {
    throw new InvalidArgumentError("Expected a name and a value in ASCII, such as 'Accept: application/json'.");
  }
  if (ownHeaders.has(name.toLowerCase())) {
    throw new InvalidArgumentError(`${name} can't be set: Loadlens sets it for each request.`);
  }
  return [...before, [name, value.trim()]];
}

/** Reads one `--var name=value`, after those before it. */
export function variable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^\s*@?([A-Za-z_][\w.-]*)\s*=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined || /[\r\n]/.test(value)) {
    throw new InvalidArgumentError('Expected name=value on one line, such as base=http://127.0.0.1:5001.');
  }
  return { ...before, [name]: value.trim() };
}

/** Reads a share, such as `5%`, above 0 and at most 100%. */
export function share(text: string): number {
  const [, digits = ''] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim()) ?? [];
  const value = Number(digits) / 100;
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a percentage above 0% and up to 100%, such as 5%.');
}

/** Reads names of metrics to compare, with commas. */
export function metrics(text: string): ComparedMetricName[] {
  const names = text.split(',').map((name) => name.trim());
  const known = names.filter(isComparedMetric);
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Expected some of ${comparedMetricNames.join(', ')}, with commas.`);
}

/** Reads one `--slo 'p95 < 500ms, errors < 1%'`, after those before it. */
export function objectives(text: string, before: readonly Objective[] = []): Objective[] {
  const parsed = parseObjectives(text);
  if (parsed.error) throw new InvalidArgumentError(`${parsed.error.message} ${parsed.error.hint}`);
  return [...before, ...parsed.objectives];
}

/** Reads objectives that no baseline is needed for, after those before them. */
export function absoluteObjectives(text: string, before: readonly Objective[] = []): Objective[] {
  const { objectives: added, problem } = parseAbsoluteObjectives(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return [...before, ...added];
}

/** Collects an option that may be given several times. */
export const several = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Digits with an optional fraction, and nothing else that Number() accepts. */
const isPlain = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);
