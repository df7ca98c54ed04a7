import { findJsonEnd, isJson } from './json-body.ts';
import { indentOf, isBlank, isBodyFile, isScript, isSeparator } from './lines.ts';
import { quoted, rangeOf } from './problems.ts';
import { rejectPending, type Draft, type State } from './state.ts';
import { withoutPlaceholders } from './variables.ts';

/** Blank lines around a body and white space at its end are no part of it. */
const trimBody = (text: string): string => text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();

/** The lines from `start` to `end`, variables replaced. */
function expandLines({ lines, variables }: State, start: number, end: number): string {
  const expanded: string[] = [];
  for (let line = start; line < end; line++) {
    const text = lines[line] ?? '';
    expanded.push(variables.expand(text, line, 0) ?? text);
  }
  return expanded.join('\n');
}

function warnUnlessJson(state: State, draft: Draft, text: string): void {
  if (!/^\s*[{[]/.test(text) || draft.bodyRange === undefined || isJson(withoutPlaceholders(text))) return;
  const hint = 'Check commas, quotes and brackets; it is sent as it stands.';
  state.report.warning('bad-json', draft.bodyRange, 'The body looks like JSON, but is not valid.', hint);
}

/** A body that runs to the next `###`, from a line that is not blank. Answers the line after it. */
export function readTextBody(state: State, draft: Draft, start: number): number {
  rejectPending(state);
  const { lines, report } = state;
  let end = start;
  let last = start;
  for (; end < lines.length; end++) {
    const text = lines[end] ?? '';
    if (isSeparator(text)) break;
    if (!isBlank(text)) last = end;
    if (isScript(text)) {
      const hint = 'Take it out, or keep it in a file for the tool that runs it.';
      report.error('script', rangeOf(end, indentOf(text), text.length), 'Scripts of other tools are not run.', hint);
    }
  }
  const text = trimBody(expandLines(state, start, end));
  if (text === '') return end;
  draft.body = { kind: 'inline', text };
  draft.bodyRange = {
    start: { line: start, character: 0 },
    end: { line: last, character: (lines[last] ?? '').length },
  };
  warnUnlessJson(state, draft, text);
  return end;
}

/** A JSON body from its first bracket to the one that closes it. Answers the line after it. */
export function readJsonBody(state: State, draft: Draft, start: number): number {
  rejectPending(state);
  const { lines, report, variables } = state;
  const column = indentOf(lines[start] ?? '');
  const found = findJsonEnd(lines, start, column);
  const parts: string[] = [];
  for (let line = start; line <= found.line; line++) {
    const from = line === start ? column : 0;
    const whole = lines[line] ?? '';
    const text = line === found.line ? whole.slice(from, found.end) : whole.slice(from);
    parts.push(variables.expand(text, line, from) ?? text);
  }
  const text = trimBody(parts.join('\n'));
  draft.body = { kind: 'inline', text };
  draft.bodyRange = { start: { line: start, character: column }, end: { line: found.line, character: found.end } };
  if (!found.closed) {
    const range = rangeOf(start, column, column + 1);
    report.error('unclosed-json', range, 'The JSON body that starts here is not closed.', 'Add the missing bracket.');
    return found.line + 1;
  }
  warnUnlessJson(state, draft, text);
  const rest = (lines[found.line] ?? '').slice(found.end);
  if (!isBlank(rest)) {
    const from = found.end + indentOf(rest);
    const hint = 'End the line after the body, or put the body into a file: @body.json.';
    report.error(
      'text-after-body',
      rangeOf(found.line, from, found.end + rest.trimEnd().length),
      `${quoted(rest.trim())} follows the JSON body.`,
      hint,
    );
  }
  return found.line + 1;
}

/** `@path` or `< path`, a body from a file. Answers the line after it. */
export function readBodyFile(state: State, draft: Draft, line: number): number {
  rejectPending(state);
  const { lines, report, variables } = state;
  const whole = lines[line] ?? '';
  const indent = indentOf(whole);
  const text = whole.trim();
  const range = rangeOf(line, indent, indent + text.length);
  if (isBodyFile(whole) && text.startsWith('<@')) {
    const hint = 'Write < path; placeholders in a body file are sent as they are.';
    report.error('bad-body-file', range, 'Variables in a body file are not replaced.', hint);
  }
  const after = text.replace(/^(?:<@|[@<])/, '');
  const from = indent + text.length - after.trimStart().length;
  const path = (variables.expand(after.trim(), line, from) ?? after).trim();
  if (path === '')
    report.error(
      'bad-body-file',
      range,
      'The path of the body file is missing.',
      'Write it after the sign: @body.json.',
    );
  if (isScript(whole)) {
    report.error('script', range, 'Scripts of other tools are not run.', 'Take it out.');
  }
  draft.body = { kind: 'file', path };
  draft.bodyRange = range;
  return line + 1;
}
