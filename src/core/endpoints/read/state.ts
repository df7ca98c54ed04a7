import type { Objective } from '../../vocabulary.ts';
import { isSeparator, looksLikeRequest, matchVariable, splitLines, surelyRequest } from './lines.ts';
import { foreignSetters } from './other-tools.ts';
import { findings, type Findings } from '../problems.ts';
import { nothingPending, type Defaults, type Pending } from '../directives/pending.ts';
import { knownOrigins } from './request-line.ts';
import type { Position, Range, TargetBody } from '../types.ts';
import { variables, type Uses, type Variables } from '../variables/variables.ts';
import { bodylessMethods, methods } from '../known-words.ts';

/** A target while its lines are read. */
export interface Draft {
  readonly method: string;
  /** With variables replaced; more may follow on lines of their own. */
  url: string;
  /** False if a problem is already reported, so that the URL isn't reported again. */
  urlIsKnown: boolean;
  /** Column where the URL starts, in the line of `range`, and its end. */
  readonly urlStart: number;
  urlEnd: Position;
  readonly range: Range;
  headers: (readonly [name: string, value: string])[];
  body?: TargetBody;
  bodyRange?: Range;
  readonly pending: Pending;
  /** From `### title`. */
  readonly title: string | undefined;
  /** Requirements of its texts. */
  readonly uses: Uses;
  /** Whether its body is a GraphQL query. */
  isGraphql: boolean;
}

/** State of the reader. */
export interface State {
  readonly lines: readonly string[];
  /** Whether the file has a `###`. A body may then be any text up to the next separator. */
  readonly separated: boolean;
  /** Whether the file has one request, with a method that may have a body. All text after it is that body. */
  readonly single: boolean;
  readonly report: Findings;
  readonly variables: Variables;
  /** Values that override those of the file, by name. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly isKnownUrl: (url: string) => boolean;
  readonly drafts: Draft[];
  readonly defaults: Defaults;
  readonly objectives: Objective[];
  /** Lines that define variables. An error in them affects the targets that use them. */
  readonly variableLines: Set<number>;
  pending: Pending;
  title: string | undefined;
  /** Lines with headers between `###` and their request line. */
  early: number[];
  /** Request of a following header or body. */
  current: Draft | undefined;
  /** Whether a blank line follows the request. */
  afterBlank: boolean;
}

/** Values of variables from outside the file. */
export interface ChosenEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** Environments to choose from, if none is chosen. */
  readonly names: readonly string[];
  /** Values that override those of the file, by name; absent: none. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** Returns a function from a variable to the line that defines it. Searches only when a variable is missing. */
function definitionLines(lines: readonly string[]): (name: string) => number | undefined {
  let found: Map<string, number> | undefined;
  return (name) => {
    if (found === undefined) {
      found = new Map();
      for (const [i, line] of lines.entries()) {
        const variable = matchVariable(line.trim(), false);
        if (variable !== undefined) found.set(variable.name, i);
      }
    }
    return found.get(name);
  };
}

/** Returns whether a file has a single request line, with a method that may have a body. */
function isSingle(lines: readonly string[]): boolean {
  let count = 0;
  let carries = false;
  for (const line of lines) {
    const text = line.trim();
    if (!looksLikeRequest(text) && !surelyRequest(text)) continue;
    if (++count > 1) return false;
    const method = text.split(/\s/, 1)[0]?.toUpperCase() ?? '';
    carries = methods.includes(method) && !bodylessMethods.has(method);
  }
  return carries;
}

/** Returns the state before the first line. */
export function initialState(text: string, { values, names, overrides = {} }: ChosenEnvironment): State {
  const lines = splitLines(text);
  const report = findings();
  const separated = lines.some(isSeparator);
  const definedOn = definitionLines(lines);
  return {
    lines,
    separated,
    single: !separated && isSingle(lines),
    report,
    variables: variables(report, {
      definedOn,
      setBy: foreignSetters(lines),
      values: { ...values, ...overrides },
      environments: names,
    }),
    overrides,
    isKnownUrl: knownOrigins(),
    drafts: [],
    defaults: {},
    objectives: [],
    variableLines: new Set(),
    pending: nothingPending(),
    title: undefined,
    early: [],
    current: undefined,
    afterBlank: false,
  };
}

/** Moves objectives before the first target to the whole run, if more than comments separate them from it. */
export function settleObjectives({ drafts, objectives, pending }: State): void {
  if (drafts.length > 0) return;
  for (const objective of pending.objectives) objectives.push(objective);
  pending.objectives = [];
  pending.ofRunAlone = [];
  if (pending.name === undefined && pending.weight === undefined && pending.llm === undefined) {
    delete pending.range;
    delete pending.firstLine;
  }
}

/** Reports a directive between a request line and its headers or body: its target is ambiguous. */
export function rejectPending(state: State): void {
  const { range } = state.pending;
  if (range === undefined) return;
  const hint = 'Move it above the request line.';
  state.report.error('directive-in-request', range, 'This directive is inside a request.', hint);
  state.pending = nothingPending();
}
