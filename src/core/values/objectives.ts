import { closest } from '../closest.ts';
import { withoutZeros } from '../format.ts';
import { isTokenTime, measuredValue, metricsHint, objectiveMetrics, unitOf } from './objective-metrics.ts';
import { parseRelation, relationText, type Relation } from './relations.ts';
import { suggestionsFor, withUnits, type Suggestions, type ValueType } from './value-types.ts';
import type { Objective, Verdict } from '../vocabulary.ts';

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
  if (/^baseline\b/.test(value)) return parseRelative({ metric, operator, text }, value);
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

function parseRelative(
  objective: Pick<Objective, 'metric' | 'operator' | 'text'>,
  value: string,
): Objective | Pick<ObjectivesError, 'message' | 'hint' | 'instead'> {
  const baseline = parseRelation(value);
  if (baseline !== undefined) return { ...objective, value: null, baseline };
  const instead = `${value}%`;
  return {
    message: `"${value}" isn't a valid value of ${objective.metric}.`,
    hint: `Expected baseline, or baseline + 5%, or baseline - 10%.`,
    ...(parseRelation(instead) && { instead: `${objective.text}%` }),
  };
}

/** Returns an objective in words: as written, or with its limit if it's relative: `p95 < 210 ms (baseline main 200 ms + 5%)`. */
export function objectiveText(objective: Objective): string {
  const { metric, operator, value, text, baseline } = objective;
  if (value === null || baseline === undefined) return text;
  const limit = withoutZeros(measuredValue(metric, value, 4));
  return `${metric} ${operator} ${limit} (${baselineText(objective, baseline)})`;
}

/** Returns where the limit of a relative objective comes from: `baseline main 200 ms + 5%`. */
export function baselineText({ metric }: Pick<Objective, 'metric'>, baseline: Relation): string {
  const { name = '', value = null, host } = baseline;
  const from = `baseline ${name} ${withoutZeros(measuredValue(metric, value, 4))}${relationText(baseline)}`;
  return host === undefined ? from : `${from}, measured on ${host}`;
}

/** Returns why relative objectives have no limit, each reason once: `No limit for p95 < baseline + 5%: baseline main not found.` */
export function noLimitSentences(objectives: readonly Objective[]): string[] {
  const texts = new Map<string, Set<string>>();
  for (const { text, baseline } of objectives) {
    const { problem } = baseline ?? {};
    if (problem !== undefined) texts.set(problem, (texts.get(problem) ?? new Set()).add(text));
  }
  return [...texts].map(([problem, those]) => `No limit for ${[...those].join(', ')}: ${problem}.`);
}

/** Returns whether more requests wouldn't judge an objective: it has no limit, or no response has such a time. */
export const isUnjudged = ({ objective, outcome, actual }: Verdict): boolean =>
  objective.baseline?.problem !== undefined ||
  (outcome === 'not enough data' && actual === null && isTokenTime(objective.metric));

/** Returns why more requests wouldn't judge objectives, each reason once. */
export function unjudgedSentences(verdicts: readonly Verdict[]): string[] {
  const unjudged = verdicts.filter(isUnjudged).map(({ objective }) => objective);
  const texts = unjudged.filter(({ baseline }) => baseline?.problem === undefined).map(({ text }) => text);
  if (texts.length === 0) return noLimitSentences(unjudged);
  const without = `${[...new Set(texts)].join(', ')} can't be judged: no response has such a time.`;
  return [...noLimitSentences(unjudged), `${without} Only streams of tokens do.`];
}

/** Returns objectives without repetitions, such as one of the file on the command line. */
export function distinctObjectives(objectives: readonly Objective[]): Objective[] {
  const keys = objectives.map(({ metric, operator, value, text }) =>
    value === null ? text : `${metric}${operator}${value}`,
  );
  return objectives.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
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
  const relative = `baseline ${known.better === 'lower' ? '+' : '-'} 5%`;
  if (value !== '' && relative.startsWith(value)) return suggestionsFor(value, [relative]);
  if (value !== '') return withUnits(value, unitOf(metric).suffixes);
  return suggestionsFor('', [known.example.split(' ').at(-1) ?? '', relative]);
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
