import { arrivalProcesses } from '../../vocabulary.ts';
import { objectiveMetrics, objectiveOperators } from '../../values/objectives.ts';
import { dialectNames, promptOrders, usageChoices } from '../types.ts';

/** What an editor offers in the value of a directive. */
export interface OfferedValue {
  readonly text: string;
  /** Explains it; absent where the text says all. */
  readonly what?: string;
}

/** Values to choose from, and how many characters before the cursor one of them replaces. */
export interface OfferedValues {
  readonly replaces: number;
  readonly values: readonly OfferedValue[];
}

const lengthExamples = [
  '512',
  'normal(512, 128)',
  'lognormal(512, 128)',
  'uniform(128, 1024)',
  'choice(128:3, 1024:1)',
];

const choices: Readonly<Record<string, readonly string[]>> = {
  dialect: [...dialectNames, 'plain'],
  stream: ['true', 'false'],
  usage: usageChoices,
  'prompts-order': promptOrders,
  'input-tokens': lengthExamples,
  'output-tokens': lengthExamples,
  arrivals: arrivalProcesses,
  insecure: ['true', 'false'],
};

const times = ['ms', 's', 'm', 'h'];
const timed = new Set(['timeout', 'duration']);

const plain = (typed: string, texts: readonly string[]): OfferedValues => ({
  replaces: typed.length,
  values: texts.map((text) => ({ text })),
});

/** Returns the units that a number can have. */
const withUnits = (typed: string, units: readonly string[]): OfferedValues =>
  plain(typed, /^\d+(?:\.\d+)?$/.test(typed) ? units.map((unit) => typed + unit) : []);

function unitsOf(metric: string): readonly string[] {
  if (metric === 'errors') return ['%'];
  return metric === 'throughput' ? ['/s'] : times;
}

function objectiveValues(typed: string): OfferedValues {
  const text = typed.slice(typed.lastIndexOf(',') + 1).trimStart();
  const [, metric = '', space = '', operator = '', gap = '', value = ''] =
    /^([\w.]*)(\s*)([<>]?=?)(\s*)(.*)$/.exec(text) ?? [];
  const known = objectiveMetrics.find(({ name }) => name === metric);
  if (space === '' && operator === '')
    return {
      replaces: metric.length,
      values: objectiveMetrics.map(({ name, what }) => ({ text: name, what })),
    };
  if (known === undefined) return plain('', []);
  if (gap === '' && value === '') return plain(operator, operator === '' ? objectiveOperators : []);
  if (value !== '') return withUnits(value, unitsOf(metric));
  return plain('', [known.example.split(' ').at(-1) ?? '']);
}

/** Returns what can be written in a directive; `typed` is its value up to the cursor. */
export function valuesFor(directive: string, typed: string): OfferedValues {
  if (directive === 'slo') return objectiveValues(typed);
  if (timed.has(directive)) return withUnits(typed, times);
  return plain(typed, choices[directive] ?? []);
}
