import { closest } from '../closest.ts';
import { metricsHint, objectiveMetrics, unitOf } from './objective-metrics.ts';
import { suggestionsFor, withUnits, type Suggestions, type ValueType } from './value-types.ts';
import type { Objective } from '../vocabulary.ts';

/** An error in a list of objectives. `offset` and `length` count from the start of its text. */
export interface ObjectivesError {
  readonly message: string;
  readonly hint: string;
  /** Text that was probably meant. */
  readonly instead?: string;
  readonly offset: number;
  readonly length: number;
}

/** Operators of objectives; longer ones first. */
const operators: readonly Objective['operator'][] = ['<=', '>=', '<', '>'];
const pattern = /^([A-Za-z][\w.]*)\s*(<=|>=|<|>)\s*(\S.*)$/;

/** Returns a number with the unit that it probably lacks; undefined if a unit doesn't make it valid. */
function withMissingUnit(metric: string, value: string): string | undefined {
  const { missing, read } = unitOf(metric);
  if (missing === undefined || !/^\d+(?:\.\d+)?$/.test(value)) return undefined;
  return read(value + missing) === undefined ? undefined : value + missing;
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
  const operator = operators.find((candidate) => candidate === sign) ?? '<';
  const names = objectiveMetrics.map(({ name }) => name);
  if (!names.includes(metric)) {
    const suggestion = closest(metric, names);
    return {
      message: `Metric "${metric}" is unknown.`,
      hint: suggestion === undefined ? metricsHint() : `Did you mean ${suggestion}?`,
      ...(suggestion === undefined ? {} : { instead: suggestion + text.slice(metric.length) }),
    };
  }
  const number = unitOf(metric).read(value.trim());
  if (number === undefined) {
    const instead = withMissingUnit(metric, value.trim());
    return {
      message: `"${value}" isn't a valid value of ${metric}.`,
      hint: `Expected ${unitOf(metric).expected(metric)}.`,
      ...(instead === undefined ? {} : { instead: text.slice(0, text.length - value.length) + instead }),
    };
  }
  return { metric, operator, value: number, text };
}

/** Returns the objectives in `p95 < 500ms, errors < 1%`; with an `error`, those before it. */
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

/** Returns suggestions for the last objective typed: metric, operator, and value in turn. */
function suggest(typed: string): Suggestions {
  const text = typed.slice(typed.lastIndexOf(',') + 1).trimStart();
  const [, metric = '', space = '', operator = '', gap = '', value = ''] =
    /^([\w.]*)(\s*)([<>]?=?)(\s*)(.*)$/.exec(text) ?? [];
  if (space === '' && operator === '') {
    const values = objectiveMetrics.map(({ name, help }) => ({ text: name, help }));
    return { replaces: metric.length, values };
  }
  const known = objectiveMetrics.find(({ name }) => name === metric);
  if (known === undefined) return suggestionsFor('', []);
  if (gap === '' && value === '') return suggestionsFor(operator, operator === '' ? operators : []);
  if (value !== '') return withUnits(value, unitOf(metric).suffixes);
  return suggestionsFor('', [known.example.split(' ').at(-1) ?? '']);
}

/** Type of lists of objectives: `p95 < 500ms, errors < 1%`. */
export const objectiveList: ValueType<readonly Objective[]> = {
  read: (text) => {
    const { objectives, error } = parseObjectives(text);
    return error === undefined ? objectives : undefined;
  },
  write: (objectives) => objectives.map(({ text }) => text).join(', '),
  expected: 'objectives separated by commas, such as p95 < 500ms, errors < 1%',
  suggest,
};
