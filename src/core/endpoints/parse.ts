import {
  indentOf,
  isBodyFile,
  isComment,
  isSeparator,
  matchVariable,
  startsJson,
  surelyRequest,
} from './read/lines.ts';
import { reportIdleOptions, reportLlm } from './llm/llm-findings.ts';
import { nameTargets } from './read/names.ts';
import { skipForeign } from './read/other-tools.ts';
import { quoted, rangeOf } from './problems.ts';
import { bodyKindOf, readBodyFile, readJsonBody, readTextBody } from './read/read-body.ts';
import { readOutside } from './read/read-outside.ts';
import { readDirective } from './directives/read-directive.ts';
import { finishRequest, readHeadLine, readRequestLine } from './read/read-request.ts';
import { initialState, settleObjectives, type ChosenEnvironment, type Draft, type State } from './read/state.ts';
import { unreadable } from './data/text-encoding.ts';
import type { EndpointsFile, Target } from './types.ts';
import type { Uses } from './variables/variables.ts';

// oxlint-disable-next-line no-control-regex -- they are what this finds
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const noEnvironment: ChosenEnvironment = { values: {}, names: [] };

/**
 * Reads an endpoints file (docs/endpoints-file.md). Never throws: each error is a problem with its range and a hint.
 * Every request line has a target, also one with a problem, so that an editor can rely on them. A file with an error
 * runs nothing. A request that needs an unsupported feature is skipped with a warning.
 */
export function parseEndpoints(text: string, environment: ChosenEnvironment = noEnvironment): EndpointsFile {
  const damage = unreadable(text);
  if (damage !== undefined) return { targets: [], problems: [damage], defaults: {}, objectives: [], broken: true };
  const state = initialState(text, environment);
  const { lines, report, drafts } = state;
  if (controlCharacter.test(text)) lines.forEach((whole, line) => checkControl(state, line, whole));
  for (let line = 0; line < lines.length;) {
    line = readLine(state, line, lines[line] ?? '');
  }
  finishRequest(state);
  settleObjectives(state);
  if (drafts.length === 0) {
    const range = rangeOf(0, 0, (lines[0] ?? '').length);
    const hint = 'Write one URL per line, such as http://127.0.0.1:5000/hello.';
    report.error('no-target', range, 'No target found.', hint);
  } else if (state.pending.range !== undefined) {
    const hint = 'Move it above a target, or remove it.';
    report.warning('unused-directive', state.pending.range, 'No target follows this directive.', hint);
  }
  const names = nameTargets(drafts, report);
  const broken = markBroken(state);
  const targets = drafts.flatMap((draft, i) => {
    const { obstacle } = draft.uses;
    if (obstacle === undefined) return [targetOf(draft, names[i] ?? '')];
    report.warning(
      'left-out',
      obstacle.range,
      `${quoted(names[i] ?? '')} is skipped: ${obstacle.reason}`,
      obstacle.hint,
    );
    return [];
  });
  for (const target of targets) reportLlm(target, report);
  reportIdleOptions(lines, targets, state.defaults, report);
  const [first] = drafts;
  if (first !== undefined && targets.length === 0) {
    const hint = 'Add the values that they need to the file.';
    report.error('no-target', first.range, 'All requests of this file are skipped.', hint);
  }
  report.problems.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
  const { problems } = report;
  return { targets, problems, defaults: state.defaults, objectives: state.objectives, ...(broken && { broken }) };
}

/** Shared by all targets without headers, because a file may have hundreds of thousands. */
const noHeaders: Target['headers'] = [];

const targetOf = ({ method, url, headers, body, pending, uses, range }: Draft, name: string): Target => ({
  name,
  method,
  url,
  headers: headers.length === 0 ? noHeaders : headers,
  ...(body === undefined ? {} : { body }),
  weight: pending.weight ?? 1,
  objectives: pending.objectives,
  ...(pending.llm === undefined ? {} : { llm: pending.llm }),
  ...(uses.dynamic === undefined ? {} : { variables: uses.dynamic }),
  ...(uses.problem !== undefined && { problem: uses.problem }),
  range,
});

/** Marks the targets that have an error in their lines. Returns whether an error precedes the first target. */
function markBroken({ drafts, report, variableLines }: State): boolean {
  const starts = drafts.map(({ pending, range }) => pending.firstLine ?? range.start.line);
  let general = false;
  for (const problem of report.problems) {
    const { line } = problem.range.start;
    if (problem.severity !== 'error' || variableLines.has(line)) continue;
    const draft = drafts[starts.findLastIndex((start) => start <= line)];
    if (draft === undefined) general = true;
    else draft.uses.problem ??= problem;
  }
  return general;
}

function checkControl({ report }: State, line: number, whole: string): void {
  const match = controlCharacter.exec(whole);
  if (match === null) return;
  const range = rangeOf(line, match.index, match.index + 1);
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  report.error(
    'control-character',
    range,
    `This line contains the control character U+${code}.`,
    'Remove it, or move the body to a file: @body.bin.',
  );
}

/** Reads the element that starts on a line. Returns the line after it. */
function readLine(state: State, line: number, whole: string): number {
  const text = whole.trim();
  if (text === '') {
    state.afterBlank = true;
    settleObjectives(state);
    return line + 1;
  }
  if (isSeparator(whole)) return readSeparator(state, line, whole, text);
  if (isComment(whole)) {
    readComment(state, line, whole, text);
    return line + 1;
  }
  const { current } = state;
  const open = current !== undefined && current.body === undefined ? current : undefined;
  const skipped = skipForeign(state.lines, line, false, state.report);
  if (skipped > line) return skipped;
  const inHead = open !== undefined && !state.afterBlank;
  const variable = matchVariable(text, inHead);
  if (variable !== undefined) return readVariable(state, line, whole, variable);
  if (open === undefined) return readOutside(state, line, whole, text);
  if (inHead) return readHeadLine(state, open, line, whole, text);
  if (isBodyFile(whole)) return readBodyFile(state, open, line);
  if (state.separated) {
    return surelyRequest(whole) ? readRequestLine(state, line, whole, text) : readTextBody(state, open, line);
  }
  if (startsJson(text) && (!state.single || bodyKindOf(open) === 'plain')) return readJsonBody(state, open, line);
  return state.single && !text.startsWith('@')
    ? readTextBody(state, open, line)
    : readOutside(state, line, whole, text);
}

function readComment(state: State, line: number, whole: string, text: string): void {
  const scope = { pending: state.pending, defaults: state.defaults, beforeFirstTarget: state.drafts.length === 0 };
  if (readDirective(text, line, indentOf(whole), scope, state.report)) settleObjectives(state);
}

function readSeparator(state: State, line: number, whole: string, text: string): number {
  finishRequest(state);
  state.current = undefined;
  state.afterBlank = false;
  state.early = [];
  settleObjectives(state);
  const title = text.replace(/^#+/, '').trim();
  state.title = title === '' || title.startsWith('@') ? undefined : title;
  if (title.startsWith('@')) readComment(state, line, whole, text);
  return line + 1;
}

function readVariable(
  state: State,
  line: number,
  whole: string,
  { name, value }: { name: string; value: string },
): number {
  settleObjectives(state);
  const start = indentOf(whole);
  const end = whole.trimEnd().length;
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
    const hint = 'Use letters, digits, dots, dashes, and underscores. Start with a letter.';
    state.report.error(
      'bad-variable',
      rangeOf(line, start + 1, start + 1 + name.length),
      `${quoted(name)} isn't a valid variable name.`,
      hint,
    );
  }
  state.variableLines.add(line);
  const uses: Uses = {};
  const chosen = Object.hasOwn(state.overrides, name) ? (state.overrides[name] ?? value) : value;
  const expanded = state.variables.expand(chosen, line, end - value.length, uses);
  state.variables.define(name, expanded, uses);
  return line + 1;
}
