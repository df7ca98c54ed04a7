import { checkHeader, splitHeader } from './headers.ts';
import {
  indentOf,
  isBodyFile,
  isComment,
  isSeparator,
  looksLikeRequest,
  matchVariable,
  surelyRequest,
} from './lines.ts';
import { findJsonEnd } from './json-body.ts';
import { reportLlm } from './llm-findings.ts';
import { nameTargets } from './names.ts';
import { quoted, rangeOf } from './problems.ts';
import { readBodyFile, readJsonBody, readTextBody } from './read-body.ts';
import { nothingPending, readDirective, type Pending } from './read-directive.ts';
import { checkMethod, checkUrl, splitRequestLine } from './request-line.ts';
import { initialState, rejectPending, settleObjectives, type Draft, type State } from './state.ts';
import type { EndpointsFile, Target } from './types.ts';
import { bodylessMethods } from './vocabulary.ts';

const noDirective: Pending = nothingPending();

// oxlint-disable-next-line no-control-regex -- they are what this finds
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Reads an endpoints file (docs/endpoints-file.md). Never throws: whatever is wrong is a problem with its place and a hint.
 * Every request line gives a target, one with a problem too, so that an editor can count on them; a file with an error runs
 * nothing.
 */
export function parseEndpoints(text: string): EndpointsFile {
  const state = initialState(text);
  const { lines, report, drafts } = state;
  if (controlCharacter.test(text)) lines.forEach((whole, line) => checkControl(state, line, whole));
  for (let line = 0; line < lines.length;) {
    line = readLine(state, line, lines[line] ?? '');
  }
  finish(state);
  settleObjectives(state);
  if (drafts.length === 0) {
    const range = rangeOf(0, 0, (lines[0] ?? '').length);
    const hint = 'Write one address per line, for example http://127.0.0.1:5000/hello.';
    report.error('no-target', range, 'This file has no target.', hint);
  } else if (state.pending.range !== undefined) {
    const hint = 'Move it above the target that it is about, or take it out.';
    report.warning('unused-directive', state.pending.range, 'No target follows this directive.', hint);
  }
  const names = nameTargets(drafts, report);
  const targets = drafts.map((draft, i) => targetOf(draft, names[i] ?? ''));
  for (const target of targets) reportLlm(target, report);
  report.problems.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
  return { targets, problems: report.problems, defaults: state.defaults, objectives: state.objectives };
}

const targetOf = ({ method, url, headers, body, pending, range }: Draft, name: string): Target => ({
  name,
  method,
  url,
  headers,
  ...(body === undefined ? {} : { body }),
  weight: pending.weight ?? 1,
  objectives: pending.objectives,
  ...(pending.llm === undefined ? {} : { llm: pending.llm }),
  range,
});

function checkControl({ report }: State, line: number, whole: string): void {
  const match = controlCharacter.exec(whole);
  if (match === null) return;
  const range = rangeOf(line, match.index, match.index + 1);
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  report.error(
    'control-character',
    range,
    `This line contains the control character U+${code}.`,
    'Take it out, or put the body into a file: @body.bin.',
  );
}

/** Reads what starts on a line; answers the line after it. */
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
  const inHead = open !== undefined && !state.afterBlank;
  const variable = matchVariable(text, inHead);
  if (variable !== undefined) return readVariable(state, line, whole, variable);
  if (open === undefined) return readOutside(state, line, whole, text);
  if (inHead) return readHeadLine(state, open, line, whole, text);
  if (!state.separated)
    return startsJson(text) ? readJsonBody(state, open, line) : readOutside(state, line, whole, text);
  if (isBodyFile(whole)) return readBodyFile(state, open, line);
  return surelyRequest(whole) ? readRequestLine(state, line, whole, text) : readTextBody(state, open, line);
}

const startsJson = (text: string): boolean => text.startsWith('[') || (text.startsWith('{') && !text.startsWith('{{'));

function finish({ current, lines, report, isKnownUrl }: State): void {
  if (current === undefined) return;
  if (current.urlIsKnown && !isKnownUrl(current.url)) {
    const start = { line: current.range.start.line, character: current.urlStart };
    const written = (lines[start.line] ?? '').slice(start.character);
    checkUrl(current.url, written, { start, end: current.urlEnd }, report);
  }
  if (current.bodyRange !== undefined && bodylessMethods.has(current.method)) {
    const hint = 'Use POST, or take the body out.';
    report.warning(
      'body-on-get',
      current.bodyRange,
      `A ${current.method} request with a body is refused by many servers.`,
      hint,
    );
  }
}

function readComment(state: State, line: number, whole: string, text: string): void {
  const scope = { pending: state.pending, defaults: state.defaults, beforeFirstTarget: state.drafts.length === 0 };
  if (readDirective(text, line, indentOf(whole), scope, state.report)) settleObjectives(state);
}

function readSeparator(state: State, line: number, whole: string, text: string): number {
  finish(state);
  state.current = undefined;
  state.afterBlank = false;
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
    const hint = 'Use letters, digits, dots, dashes and underscores, a letter first.';
    state.report.error(
      'bad-variable',
      rangeOf(line, start + 1, start + 1 + name.length),
      `${quoted(name)} can't be the name of a variable.`,
      hint,
    );
  }
  state.variables.define(name, state.variables.expand(value, line, end - value.length));
  return line + 1;
}

/** A line that belongs to no request above it. */
function readOutside(state: State, line: number, whole: string, text: string): number {
  const { report } = state;
  const indent = indentOf(whole);
  const range = rangeOf(line, indent, indent + text.length);
  const again = state.current?.body !== undefined;
  if (startsJson(text)) {
    const message = again ? 'The request above has a body already.' : 'This body belongs to no request.';
    const hint = 'Put it under its own request line, for example POST http://127.0.0.1:5000/hello.';
    report.error('stray-body', range, message, hint);
    return findJsonEnd(state.lines, line, indent).line + 1;
  }
  if (text.startsWith('@') || isBodyFile(whole)) {
    const message = again ? 'The request above has a body already.' : 'This body file belongs to no request.';
    report.error(
      'stray-body',
      range,
      message,
      'Put it directly under the headers of its request, without a blank line.',
    );
    return line + 1;
  }
  if (!looksLikeRequest(text) && splitHeader(text) !== undefined) {
    const hint = 'Put it directly under its request line, above the body and without a blank line.';
    report.error('stray-header', range, 'This header belongs to no request.', hint);
    return line + 1;
  }
  return readRequestLine(state, line, whole, text);
}

/** A line directly under a request line or its headers. */
function readHeadLine(state: State, draft: Draft, line: number, whole: string, text: string): number {
  if (text.startsWith('@') || isBodyFile(whole)) return readBodyFile(state, draft, line);
  if (startsJson(text)) return readJsonBody(state, draft, line);
  if (looksLikeRequest(text)) return readRequestLine(state, line, whole, text);
  const start = indentOf(whole);
  const end = start + text.length;
  if ((text.startsWith('?') || text.startsWith('&')) && draft.headers.length === 0) {
    rejectPending(state);
    const more = state.variables.expand(text, line, start);
    draft.url += more ?? '';
    draft.urlIsKnown &&= more !== undefined;
    draft.urlEnd = { line, character: end };
    return line + 1;
  }
  const header = splitHeader(text);
  if (header === undefined) {
    const hint = 'A header needs a colon (Accept: */*), a request an address with http:// in front.';
    state.report.error(
      'bad-header',
      rangeOf(line, start, end),
      `${quoted(text)} is neither a header nor a request.`,
      hint,
    );
    return line + 1;
  }
  rejectPending(state);
  const name = state.variables.expand(header.name, line, start);
  const value = state.variables.expand(header.value, line, start + header.valueStart);
  if (name === undefined || value === undefined) return line + 1;
  const pair: [string, string] = [name, value.trim()];
  draft.headers.push(pair);
  checkHeader(pair, line, start, end, state.report);
  return line + 1;
}

function readRequestLine(state: State, line: number, whole: string, text: string): number {
  const { report } = state;
  finish(state);
  const start = indentOf(whole);
  const { method, url, urlStart } = splitRequestLine(text);
  const from = start + urlStart;
  const expanded = state.variables.expand(url, line, from);
  const range = rangeOf(line, start, start + text.length);
  const draft: Draft = {
    method: method === undefined ? 'GET' : checkMethod(method, rangeOf(line, start, start + method.length), report),
    url: expanded ?? url,
    urlIsKnown: expanded !== undefined,
    urlStart: from,
    urlEnd: from + url.length === start + text.length ? range.end : { line, character: from + url.length },
    range,
    headers: [],
    pending: state.pending.range === undefined ? noDirective : state.pending,
    title: state.title,
  };
  for (const one of state.pending.ofRunAlone) {
    const hint = 'Put it into an @slo before the first target, with a blank line below.';
    report.error('bad-objective', one.range, `${quoted(one.text)} can only be an objective of the whole run.`, hint);
  }
  state.drafts.push(draft);
  state.current = draft;
  if (state.pending.range !== undefined) state.pending = nothingPending();
  state.title = undefined;
  state.afterBlank = false;
  return line + 1;
}
