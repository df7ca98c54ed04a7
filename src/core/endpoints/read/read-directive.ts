import { parseDurationMs } from '../../values/duration.ts';
import { describeLimit, withinLimit, type LimitName } from '../../values/limits.ts';
import { isOfRunAlone, parseObjectives } from '../../values/objectives.ts';
import { parseSizeBytes } from '../../values/size.ts';
import { parseStages, stagesForm } from '../../values/stages.ts';
import { arrivalProcesses, type Objective } from '../../vocabulary.ts';
import { directives } from './directives.ts';
import { silentDirectives } from './other-tools.ts';
import { fixOf, quoted, rangeOf, type Findings } from '../problems.ts';
import { llmDirectives } from '../llm/read-llm.ts';
import type { LlmChoices, Range, RunDefaults } from '../types.ts';

/** What the directives above a target say about it. */
export interface Pending {
  name?: { readonly text: string; readonly range: Range };
  weight?: number;
  llm?: { -readonly [K in keyof LlmChoices]: LlmChoices[K] };
  objectives: Objective[];
  /** The first objective of each directive that only a whole run can have, and where it stands. */
  ofRunAlone: { readonly text: string; readonly range: Range }[];
  /** Where the last of them stands; undefined when there is none. */
  range?: Range;
  /** Zero-based line of the first of them. */
  firstLine?: number;
}

/** Nothing said. */
export const nothingPending = (): Pending => ({ objectives: [], ofRunAlone: [] });

/** What a directive adds to: the run before the first target, the next target after it. */
export interface DirectiveScope {
  readonly pending: Pending;
  readonly defaults: { -readonly [K in keyof RunDefaults]: RunDefaults[K] };
  readonly beforeFirstTarget: boolean;
}

const directiveLine = /^(?:#+|\/\/+)[ \t]*@([A-Za-z][\w-]*)(?=[\s=]|$)(?:[ \t]*=(?!=))?/;

/** The directive in a trimmed comment line; undefined for a plain comment. */
function matchDirective(text: string): { name: string; value: string; valueStart: number } | undefined {
  const match = directiveLine.exec(text);
  if (match === null) return undefined;
  const rest = text.slice(match[0].length);
  const value = rest.trim();
  return { name: match[1] ?? '', value, valueStart: match[0].length + rest.length - rest.trimStart().length };
}

const counts: Readonly<Record<string, 'requests' | 'concurrency' | 'maxInFlight' | 'seed' | 'warmup'>> = {
  requests: 'requests',
  concurrency: 'concurrency',
  'max-in-flight': 'maxInFlight',
  seed: 'seed',
  warmup: 'warmup',
};
const maxWeight = 1_000_000;
const rateHint = `Expected ${describeLimit('ratePerS')}.`;

/** Reads the directive in a trimmed comment line, if there is one. Whether it was one of the run's defaults. */
export function readDirective(
  text: string,
  line: number,
  indent: number,
  scope: DirectiveScope,
  report: Findings,
): boolean {
  const found = matchDirective(text);
  if (found === undefined) return false;
  const { name, value } = found;
  const whole = rangeOf(line, indent, indent + text.length);
  const valueRange = value === '' ? whole : rangeOf(line, indent + found.valueStart, indent + text.length);
  const directive = directives.find((candidate) => candidate.name === name);
  if (directive === undefined) {
    if (silentDirectives.has(name.toLowerCase())) return false;
    const near = report.suggest(
      name,
      directives.map((candidate) => candidate.name),
    );
    const hint = near === undefined ? 'It has no effect. Other tools may use it.' : `Did you mean @${near}?`;
    const start = indent + text.indexOf('@');
    const fix = fixOf(rangeOf(line, start, start + 1 + name.length), near && `@${near}`);
    report.warning('unknown-directive', whole, `Directive @${name} is unknown.`, hint, fix);
    return false;
  }
  if (directive.scope === 'run' && !scope.beforeFirstTarget) {
    const hint = 'Move it above the first target. It applies to the whole run.';
    report.warning('misplaced-directive', whole, `@${name} is ignored here.`, hint);
    return false;
  }
  const { pending, defaults } = scope;
  const bad = (message: string, hint: string, instead?: string): void =>
    report.error('bad-directive', valueRange, message, hint, fixOf(valueRange, instead));
  const repeated = (earlier: unknown): void => {
    if (earlier === undefined) return;
    report.warning(
      'repeated-directive',
      whole,
      `@${name} is set more than once.`,
      'Remove all but one. The last one applies.',
    );
  };
  const setDefault = (
    key: LimitName & keyof RunDefaults,
    number: number | undefined,
    form: string,
    instead?: string,
  ): void => {
    repeated(defaults[key]);
    if (number !== undefined && withinLimit(key, number)) defaults[key] = number;
    else bad(`${quoted(value)} isn't a valid value of @${name}.`, form, instead);
  };

  if (name === 'slo') {
    const { objectives, error } = parseObjectives(value);
    for (const objective of objectives) pending.objectives.push(objective);
    const ofRun = objectives.find(({ metric }) => isOfRunAlone(metric));
    if (ofRun !== undefined) {
      const start = valueRange.start.character + value.indexOf(ofRun.text);
      pending.ofRunAlone.push({ text: ofRun.text, range: rangeOf(line, start, start + ofRun.text.length) });
    }
    if (error !== undefined) {
      const start = valueRange.start.character + (value === '' ? 0 : error.offset);
      const range = value === '' ? whole : rangeOf(line, start, start + error.length);
      report.error('bad-objective', range, error.message, error.hint, fixOf(range, error.instead));
    }
  } else if (name === 'name') {
    repeated(pending.name);
    if (value === '') bad('@name has no value.', 'Expected a short name, such as # @name login.');
    else pending.name = { text: value, range: valueRange };
  } else if (name === 'weight') {
    repeated(pending.weight);
    const weight = /^\d*\.?\d+(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
    if (weight > 0 && weight <= maxWeight) pending.weight = weight;
    else
      bad(
        `${quoted(value)} isn't a valid value of @weight.`,
        'Expected a number above 0, up to 1,000,000, such as # @weight 3.',
      );
  } else if (llmDirectives[name] !== undefined) {
    const directive = llmDirectives[name];
    repeated(pending.llm?.[directive.key]);
    if (!directive.set((pending.llm ??= {}), value))
      bad(`${quoted(value)} isn't a valid value of @${name}.`, directive.hint);
  } else if (name === 'timeout' || name === 'duration') {
    // A bare number of a timeout is seconds, as JetBrains writes it.
    const ms = parseDurationMs(
      name === 'timeout' && /^\d+(?:\.\d+)?$/.test(value) ? `${value}s` : value.replace(/ +(?=[a-z])/g, ''),
    );
    const rounded = ms === undefined ? undefined : Math.round(ms);
    const hint = 'Expected a time with a unit (ms, s, m, h), such as 30s,';
    if (name === 'timeout') setDefault('timeoutMs', rounded, `${hint} up to 1h.`);
    else {
      const instead = /^\d{1,4}$/.test(value) ? `${value}s` : undefined;
      setDefault('durationS', rounded === undefined ? undefined : rounded / 1000, `${hint} up to 24h.`, instead);
    }
  } else if (name === 'max-head') {
    setDefault('maxHeadBytes', parseSizeBytes(value), 'Expected a size from 1KiB to 64MiB, such as # @max-head 1MiB.');
  } else if (name === 'insecure') {
    repeated(defaults.insecure);
    if (value === '' || value === 'true') defaults.insecure = true;
    else if (value === 'false') defaults.insecure = false;
    else bad(`${quoted(value)} isn't a valid value of @insecure.`, 'Expected # @insecure or # @insecure false.');
  } else if (name === 'rate') {
    setDefault('ratePerS', /^\d{1,7}(?:\.\d{1,6})?$/.test(value) ? Number(value) : undefined, rateHint);
  } else if (name === 'stages') {
    repeated(defaults.stages);
    const stages = parseStages(value);
    if (stages === undefined) bad(`${quoted(value)} isn't a valid value of @stages.`, `Expected ${stagesForm}.`);
    else defaults.stages = stages;
  } else if (name === 'arrivals') {
    repeated(defaults.arrivals);
    const process = arrivalProcesses.find((candidate) => candidate === value);
    if (process === undefined)
      bad(`${quoted(value)} isn't a valid value of @arrivals.`, 'Expected constant or poisson.');
    else defaults.arrivals = process;
  } else {
    const key = counts[name];
    if (key !== undefined)
      setDefault(key, /^\d{1,15}$/.test(value) ? Number(value) : undefined, `Expected ${describeLimit(key)}.`);
  }
  if (name === 'rate' || name === 'stages') checkLoad(scope.defaults, whole, report);
  if (directive.scope === 'run') return true;
  pending.range = whole;
  pending.firstLine ??= line;
  return false;
}

/** A file has one load: stages hold the rates themselves. */
function checkLoad({ ratePerS, stages }: RunDefaults, whole: Range, report: Findings): void {
  if (ratePerS === undefined || stages === undefined) return;
  report.error('bad-directive', whole, "@rate and @stages can't be combined.", 'Remove one of them.');
}
