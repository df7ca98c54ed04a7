import { durationUnits } from './duration.ts';
import { objectiveMetrics, objectiveOperators, parseObjectives } from './objectives.ts';
import { suggestionsFor, withUnits, type Suggestions, type ValueType } from './value-types.ts';
import type { Objective } from '../vocabulary.ts';

function unitsOf(metric: string): readonly string[] {
  if (metric === 'errors') return ['%'];
  return metric === 'throughput' ? ['/s'] : durationUnits;
}

/** Returns suggestions for the last objective typed: metric, operator, and value in turn. */
function suggest(typed: string): Suggestions {
  const text = typed.slice(typed.lastIndexOf(',') + 1).trimStart();
  const [, metric = '', space = '', operator = '', gap = '', value = ''] =
    /^([\w.]*)(\s*)([<>]?=?)(\s*)(.*)$/.exec(text) ?? [];
  const known = objectiveMetrics.find(({ name }) => name === metric);
  if (space === '' && operator === '')
    return {
      replaces: metric.length,
      values: objectiveMetrics.map(({ name, what }) => ({ text: name, help: what })),
    };
  if (known === undefined) return suggestionsFor('', []);
  if (gap === '' && value === '') return suggestionsFor(operator, operator === '' ? objectiveOperators : []);
  if (value !== '') return withUnits(value, unitsOf(metric));
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
