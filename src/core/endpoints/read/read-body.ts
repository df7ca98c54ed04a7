import { findJsonEnd, isJson } from './json-body.ts';
import { indentOf, isBlank, isBodyFile, isComment, isSeparator, matchVariable, startsJson } from './lines.ts';
import { skipForeign } from './other-tools.ts';
import { quoted, rangeOf } from '../problems.ts';
import { rejectPending, type Draft, type State } from './state.ts';
import type { BodyPart } from '../types.ts';
import { withoutPlaceholders } from '../variables/variables.ts';

/** Returns a body without blank lines around it and white space at its end. */
const trimBody = (text: string): string => text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();

const kinds = [
  ['form', /^application\/x-www-form-urlencoded\b/i],
  ['multipart', /^multipart\//i],
  ['lines', /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-?lines|json-seq|stream\+json)\b/i],
] as const;

/** Returns the kind of a body by its Content-Type; `plain` for one without a special form. GraphQL is its own kind. */
export function bodyKindOf({ headers, isGraphql }: Draft): (typeof kinds)[number][0] | 'graphql' | 'plain' {
  if (isGraphql) return 'graphql';
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return kinds.find(([, pattern]) => pattern.test(type))?.[0] ?? 'plain';
}

function warnUnlessJson(state: State, draft: Draft, text: string): void {
  if (!/^\s*[{[]/.test(text) || draft.bodyRange === undefined || isJson(withoutPlaceholders(text))) return;
  const hint = 'Check commas, quotes, and brackets. The body is sent unchanged.';
  state.report.warning('bad-json', draft.bodyRange, "The body isn't valid JSON.", hint);
}

/** Reads a body up to the next `###`, from its first line with text. Returns the line after it. */
export function readTextBody(state: State, draft: Draft, start: number): number {
  rejectPending(state);
  const { lines, report, variables } = state;
  const kind = bodyKindOf(draft);
  let end = start;
  const own: number[] = [];
  while (end < lines.length && !isSeparator(lines[end] ?? '')) {
    const skipped = skipForeign(lines, end, true, report);
    if (skipped === end) own.push(end);
    end = Math.max(skipped, end + 1);
  }
  const kept = kind === 'plain' ? withoutComments(lines, own) : own;
  const after =
    kept.length < own.length
      ? own.find((line) => line > (kept.at(-1) ?? line) && definesVariable(lines[line] ?? ''))
      : undefined;
  const next = after ?? end;
  while (kept.length > 0 && isBlank(lines[kept.at(-1) ?? 0] ?? '')) kept.pop();
  const last = kept.at(-1);
  if (last === undefined) return next;
  draft.bodyRange = {
    start: { line: start, character: 0 },
    end: { line: last, character: (lines[last] ?? '').length },
  };
  const expand = (line: number): string => {
    const text = lines[line] ?? '';
    return variables.expand(text, line, 0, draft.uses) ?? text;
  };
  if (kept.some((line) => isBodyFile(lines[line] ?? ''))) {
    draft.body = { kind: 'parts', parts: partsOf(state, draft, kept, kind === 'multipart' ? '\r\n' : '\n') };
    return next;
  }
  const text = textOf(kind, kept.map(expand));
  if (text === '') return next;
  draft.body = { kind: 'inline', text };
  if (kind === 'plain') warnUnlessJson(state, draft, text);
  return next;
}

const definesVariable = (line: string): boolean => matchVariable(line.trim(), false) !== undefined;

/** Returns the body from its lines, by its kind. */
function textOf(kind: ReturnType<typeof bodyKindOf>, lines: readonly string[]): string {
  const text = trimBody(kind === 'form' ? joinedForm(lines) : lines.join('\n'));
  if (text === '') return text;
  if (kind === 'multipart') return `${text}\n`.replaceAll('\n', '\r\n');
  return kind === 'lines' ? `${text}\n` : text;
}

/** Returns the lines of a body without comments after a JSON text, and without those in it that make it invalid. */
function withoutComments(lines: readonly string[], own: readonly number[]): number[] {
  const [start = 0] = own;
  const first = lines[start] ?? '';
  if (!startsJson(first.trim())) return [...own];
  const found = findJsonEnd(lines, start, indentOf(first));
  const isQuiet = (line: number): boolean =>
    isBlank(lines[line] ?? '') || isComment(lines[line] ?? '') || definesVariable(lines[line] ?? '');
  const closes = found.closed && isBlank((lines[found.line] ?? '').slice(found.end));
  const kept =
    closes && own.every((line) => line <= found.line || isQuiet(line)) ? own.filter((line) => line <= found.line) : own;
  const joined = (some: readonly number[]): string =>
    withoutPlaceholders(some.map((line) => lines[line] ?? '').join('\n'));
  if (isJson(joined(kept))) return [...kept];
  const bare = kept.filter((line) => !isComment(lines[line] ?? ''));
  return isJson(joined(bare)) ? bare : [...kept];
}

/** Returns the pairs of a form on one line. A line continues the one before if `&` is between them. */
function joinedForm(lines: readonly string[]): string {
  let joined = '';
  for (const line of lines) {
    const text = line.trim();
    joined += joined === '' || joined.endsWith('&') || text.startsWith('&') ? text : `\n${text}`;
  }
  return joined;
}

/** Returns texts and files alternately. Each line ends with `lineEnd`, including that of a file. */
function partsOf(
  { lines, variables, report }: State,
  draft: Draft,
  kept: readonly number[],
  lineEnd: string,
): BodyPart[] {
  const parts: BodyPart[] = [];
  let text = '';
  const isMultipart = lineEnd === '\r\n';
  for (const [i, line] of kept.entries()) {
    const whole = lines[line] ?? '';
    const ends = i < kept.length - 1 || isMultipart ? lineEnd : '';
    if (!isBodyFile(whole)) {
      text += `${variables.expand(whole, line, 0, draft.uses) ?? whole}${ends}`;
      continue;
    }
    if (text !== '') parts.push({ text });
    const written = whole.trim();
    checkFileSign(written, rangeOf(line, indentOf(whole), indentOf(whole) + written.length), report);
    const path = written.replace(/^<@?\s+/, '');
    parts.push({ path: variables.expand(path, line, whole.indexOf(path), draft.uses) ?? path });
    text = ends;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

function checkFileSign(text: string, range: ReturnType<typeof rangeOf>, report: State['report']): void {
  if (!text.startsWith('<@')) return;
  const hint = 'Use < path instead. Placeholders in a body file are sent unchanged.';
  report.error('bad-body-file', range, "Variables in a body file aren't replaced.", hint);
}

/** Reads a JSON body up to its closing bracket. Returns the line after it. */
export function readJsonBody(state: State, draft: Draft, start: number): number {
  rejectPending(state);
  const { lines, report, variables } = state;
  const column = indentOf(lines[start] ?? '');
  const found = findJsonEnd(lines, start, column);
  const own: number[] = [];
  for (let line = start; line <= found.line; line++) own.push(line);
  const parts: string[] = [];
  for (const line of found.closed ? withoutComments(lines, own) : own) {
    const from = line === start ? column : 0;
    const whole = lines[line] ?? '';
    const text = line === found.line ? whole.slice(from, found.end) : whole.slice(from);
    parts.push(variables.expand(text, line, from, draft.uses) ?? text);
  }
  const kind = bodyKindOf(draft);
  const text = textOf(kind, parts);
  draft.body = { kind: 'inline', text };
  draft.bodyRange = { start: { line: start, character: column }, end: { line: found.line, character: found.end } };
  if (!found.closed) {
    const range = rangeOf(start, column, column + 1);
    report.error('unclosed-json', range, "The JSON body that starts here isn't closed.", 'Add the missing bracket.');
    return found.line + 1;
  }
  if (kind === 'plain') warnUnlessJson(state, draft, text);
  const rest = (lines[found.line] ?? '').slice(found.end);
  if (!isBlank(rest)) {
    const from = found.end + indentOf(rest);
    const hint = 'Remove it, or move the body to a file: @body.json.';
    report.error(
      'text-after-body',
      rangeOf(found.line, from, found.end + rest.trimEnd().length),
      `${quoted(rest.trim())} follows the JSON body.`,
      hint,
    );
  }
  return found.line + 1;
}

/** Reads `@path` or `< path`. With more text below, it's a body of parts. Returns the line after it. */
export function readBodyFile(state: State, draft: Draft, line: number): number {
  rejectPending(state);
  const { lines, report, variables } = state;
  const whole = lines[line] ?? '';
  const indent = indentOf(whole);
  const text = whole.trim();
  if (isBodyFile(whole) && state.afterBlank && goesOn(state, line)) return readTextBody(state, draft, line);
  const range = rangeOf(line, indent, indent + text.length);
  checkFileSign(text, range, report);
  const after = text.replace(/^(?:<@|[@<])/, '');
  const from = indent + text.length - after.trimStart().length;
  const path = (variables.expand(after.trim(), line, from, draft.uses) ?? after).trim();
  if (path === '')
    report.error(
      'bad-body-file',
      range,
      'The path of the body file is missing.',
      'Add the path after the sign, such as @body.json.',
    );
  draft.body = { kind: 'file', path };
  draft.bodyRange = range;
  return line + 1;
}

/** Returns whether a body continues after a line, in a file with `###`. */
function goesOn({ lines, separated }: State, line: number): boolean {
  if (!separated) return false;
  for (let at = line + 1; at < lines.length && !isSeparator(lines[at] ?? ''); at++) {
    const text = lines[at] ?? '';
    if (!isBlank(text)) return !isComment(text) && !/^\s*(?:[<>]|\?\?)/.test(text);
  }
  return false;
}
