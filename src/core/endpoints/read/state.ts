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
  /** False when a report was made already: no second one for the same address. */
  urlIsKnown: boolean;
  /** Where the address starts, in the line of `range`, and where it ends. */
  readonly urlStart: number;
  urlEnd: Position;
  readonly range: Range;
  headers: (readonly [name: string, value: string])[];
  body?: TargetBody;
  bodyRange?: Range;
  readonly pending: Pending;
  /** From `### title`. */
  readonly title: string | undefined;
  /** What its texts turned out to need. */
  readonly uses: Uses;
  /** Its body is a GraphQL query. */
  isGraphql: boolean;
}

/** Where the reader is. */
export interface State {
  readonly lines: readonly string[];
  /** The file uses `###`: a body may be any text, up to the next separator. */
  readonly separated: boolean;
  /** The file has one request, and that may carry a body: what follows it is that body. */
  readonly single: boolean;
  readonly report: Findings;
  readonly variables: Variables;
  /** Values in place of those that the file defines, by name. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly isKnownUrl: (url: string) => boolean;
  readonly drafts: Draft[];
  readonly defaults: Defaults;
  readonly objectives: Objective[];
  /** Lines that define variables: an error there is one of whoever uses them. */
  readonly variableLines: Set<number>;
  pending: Pending;
  title: string | undefined;
  /** Lines with headers between `###` and the request line that they belong to. */
  early: number[];
  /** The request that a header or a body would belong to. */
  current: Draft | undefined;
  /** A blank line stands between the request and here. */
  afterBlank: boolean;
}

/** Values for variables that a file does not define itself. */
export interface ChosenEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** The environments that could be chosen while none is. */
  readonly names: readonly string[];
  /** Values that replace those that the file defines, by name; absent: none. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** On which line each variable is defined, looked up only when one is missing. */
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

/** Whether a file has one request line alone, with a method that may carry a body. */
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

/** Before the first line. */
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

/** Before the first target, objectives apart from it by more than comments are the whole run's. */
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

/** A directive between a request line and what belongs to it: nobody can say which target was meant. */
export function rejectPending(state: State): void {
  const { range } = state.pending;
  if (range === undefined) return;
  const hint = 'Move it above the request line.';
  state.report.error('directive-in-request', range, 'This directive is inside a request.', hint);
  state.pending = nothingPending();
}
