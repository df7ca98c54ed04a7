import type { Objective } from '../plan/types.ts';
import { isSeparator, matchVariable, splitLines } from './lines.ts';
import { findings, type Findings } from './problems.ts';
import { nothingPending, type Pending } from './read-directive.ts';
import { knownOrigins } from './request-line.ts';
import type { Position, Range, RunDefaults, TargetBody } from './types.ts';
import { variables, type Variables } from './variables.ts';

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
  readonly headers: [name: string, value: string][];
  body?: TargetBody;
  bodyRange?: Range;
  readonly pending: Pending;
  /** From `### title`. */
  readonly title: string | undefined;
}

/** Where the reader is. */
export interface State {
  readonly lines: readonly string[];
  /** The file uses `###`: a body may be any text, up to the next separator. */
  readonly separated: boolean;
  readonly report: Findings;
  readonly variables: Variables;
  readonly isKnownUrl: (url: string) => boolean;
  readonly drafts: Draft[];
  readonly defaults: { -readonly [K in keyof RunDefaults]: RunDefaults[K] };
  readonly objectives: Objective[];
  pending: Pending;
  title: string | undefined;
  /** The request that a header or a body would belong to. */
  current: Draft | undefined;
  /** A blank line stands between the request and here. */
  afterBlank: boolean;
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

/** Before the first line. */
export function initialState(text: string): State {
  const lines = splitLines(text);
  const report = findings();
  return {
    lines,
    separated: lines.some(isSeparator),
    report,
    variables: variables(report, definitionLines(lines)),
    isKnownUrl: knownOrigins(),
    drafts: [],
    defaults: {},
    objectives: [],
    pending: nothingPending(),
    title: undefined,
    current: undefined,
    afterBlank: false,
  };
}

/** Before the first target, objectives apart from it by more than comments are the whole run's. */
export function settleObjectives({ drafts, objectives, pending }: State): void {
  if (drafts.length > 0) return;
  objectives.push(...pending.objectives);
  pending.objectives = [];
  pending.ofRunAlone = [];
  if (pending.name === undefined && pending.weight === undefined && pending.llm === undefined) delete pending.range;
}

/** A directive between a request line and what belongs to it: nobody can say which target was meant. */
export function rejectPending(state: State): void {
  const { range } = state.pending;
  if (range === undefined) return;
  const hint = 'Move it above the request line.';
  state.report.error('directive-in-request', range, 'This directive stands inside a request.', hint);
  state.pending = nothingPending();
}
