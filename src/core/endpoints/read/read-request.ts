import { checkHeader, splitHeader } from './headers.ts';
import { basicValue, decoded } from '../credentials.ts';
import { withQuery } from './graphql.ts';
import { indentOf, isBodyFile, looksLikeRequest, startsJson } from './lines.ts';
import { otherProtocols } from './other-tools.ts';
import { quoted, rangeOf } from '../problems.ts';
import { readBodyFile, readJsonBody } from './read-body.ts';
import { nothingPending, type Pending } from '../directives/pending.ts';
import {
  checkMethod,
  checkUrl,
  splitRequestLine,
  withEncodedSpaces,
  withoutVersion,
  withScheme,
} from './request-line.ts';
import { withoutPlaceholders } from '../variables/variables.ts';
import { rejectPending, type Draft, type State } from './state.ts';
import type { Range } from '../types.ts';
import { bodylessMethods } from '../known-words.ts';

const noDirective: Pending = nothingPending();

/** Reads the line that starts a request. Returns the line after it. */
export function readRequestLine(state: State, line: number, whole: string, text: string): number {
  const start = indentOf(whole);
  const { method, url, urlStart } = splitRequestLine(text);
  const range = rangeOf(line, start, start + text.length);
  const methodRange = rangeOf(line, start, start + (method?.length ?? 0));
  startRequest(state, { method, methodRange, url, urlStart: start + urlStart, range });
  return line + 1;
}

/** Start of a request, and the ranges of its parts. */
interface Start {
  readonly method: string | undefined;
  readonly methodRange: Range;
  readonly url: string;
  /** Column of the URL in its line. */
  readonly urlStart: number;
  readonly range: Range;
}

/** Starts a request and returns its draft. */
export function startRequest(state: State, { method: word, methodRange, url, urlStart: from, range }: Start): Draft {
  const { report } = state;
  finishRequest(state);
  const { line } = range.start;
  const uses: Draft['uses'] = {};
  const expanded = state.variables.expand(url, line, from, uses);
  const method = word?.toUpperCase();
  const isGraphql = method === 'GRAPHQL';
  const isOther = method !== undefined && otherProtocols.has(method);
  if (isOther) {
    const reason = `it is a ${method} request, and Loadlens sends HTTP alone.`;
    uses.obstacle ??= { range, reason, hint: 'Keep it for the tool that knows it.' };
  }
  const draft: Draft = {
    method: isGraphql
      ? 'POST'
      : isOther || method === undefined
        ? (method ?? 'GET')
        : checkMethod(method, methodRange, report),
    url: expanded === undefined ? url : withScheme(expanded, method !== undefined || url.startsWith('{{')),
    urlIsKnown: expanded !== undefined && !isOther,
    urlStart: from,
    urlEnd: from + url.length === range.end.character ? range.end : { line, character: from + url.length },
    range,
    headers: [],
    pending: state.pending.range === undefined ? noDirective : state.pending,
    title: state.title,
    uses,
    isGraphql,
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
  const { early } = state;
  state.early = [];
  for (const at of early) {
    const header = state.lines[at] ?? '';
    readHeadLine(state, draft, at, header, header.trim());
  }
  return draft;
}

/** Reads a line directly below a request line or its headers. Returns the line after it. */
export function readHeadLine(state: State, draft: Draft, line: number, whole: string, text: string): number {
  if (text.startsWith('@') || isBodyFile(whole)) return readBodyFile(state, draft, line);
  if (startsJson(text)) return readJsonBody(state, draft, line);
  const start = indentOf(whole);
  if (draft.headers.length === 0 && isContinued(draft, text, start))
    return readMoreAddress(state, draft, line, start, text);
  if (looksLikeRequest(text)) return readRequestLine(state, line, whole, text);
  const end = start + text.length;
  const header = splitHeader(text);
  if (header === undefined) {
    const hint = 'A header needs a colon (Accept: */*). The URL of a request starts with http:// or https://.';
    state.report.error(
      'bad-header',
      rangeOf(line, start, end),
      `${quoted(text)} is neither a header nor a request.`,
      hint,
    );
    return line + 1;
  }
  rejectPending(state);
  const name = state.variables.expand(header.name, line, start, draft.uses);
  const value = state.variables.expand(header.value, line, start + header.valueStart, draft.uses);
  if (name === undefined || value === undefined) return line + 1;
  if (name.toLowerCase() === 'x-request-type' && value.trim().toLowerCase() === 'graphql') {
    draft.isGraphql = true;
    return line + 1;
  }
  const pair: [string, string] = [name, value.trim()];
  draft.headers.push(pair);
  checkHeader(pair, line, start, end, state.report);
  return line + 1;
}

const versionAlone = /^HTTP\/\d(?:\.\d)?$/i;

/** Returns whether a line continues the URL above: a query, or indented, a part of the path or the version of HTTP. */
const isContinued = ({ url }: Draft, text: string, indent: number): boolean =>
  text.startsWith('?') ||
  text.startsWith('&') ||
  (indent > 0 &&
    (/^\/(?!\/)/.test(text) ||
      versionAlone.test(text) ||
      /[?&=]$/.test(url) ||
      (/[,/]$/.test(url) && splitHeader(text) === undefined)));

function readMoreAddress(state: State, draft: Draft, line: number, start: number, text: string): number {
  rejectPending(state);
  const written = versionAlone.test(text) ? '' : withoutVersion(text);
  const more = state.variables.expand(written, line, start, draft.uses);
  // A slash at the end of a line and one at the start of the next count as one.
  draft.url += draft.url.endsWith('/') && more?.startsWith('/') === true ? more.slice(1) : (more ?? '');
  draft.urlIsKnown &&= more !== undefined;
  draft.urlEnd = { line, character: start + text.length };
  return line + 1;
}

/** Completes and checks the last request, after all its lines. */
export function finishRequest(state: State): void {
  const { current, lines, report, isKnownUrl } = state;
  if (current === undefined) return;
  if (current.isGraphql) withQuery(current);
  current.url = withEncodedSpaces(current.url);
  if (current.url.startsWith('/')) current.url = withHost(current);
  takeUserInfo(current, report);
  if (current.urlIsKnown && !isKnownUrl(current.url)) {
    const start = { line: current.range.start.line, character: current.urlStart };
    const written = (lines[start.line] ?? '').slice(start.character);
    checkUrl(current.url, written, { start, end: current.urlEnd }, report);
  }
  if (current.bodyRange !== undefined && bodylessMethods.has(current.method)) {
    const hint = 'Use POST, or remove the body.';
    report.warning(
      'body-on-get',
      current.bodyRange,
      `Many servers reject a ${current.method} request with a body.`,
      hint,
    );
  }
}

/** Returns the URL of a path with the host of its Host header. */
function withHost({ url, headers }: Draft): string {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  if (host === undefined || host === '') return url;
  return `${/:(?:8)?443$/.test(host) ? 'https' : 'http'}://${host}${url}`;
}

const userInfo = /^(https?:\/\/)((?:\{\{[^{}]*\}\}|[^/?#@\\{])*)@/i;

/** Moves user and password of a URL to a header, unless the request has its own. */
function takeUserInfo(draft: Draft, report: State['report']): void {
  const match = draft.url.includes('@') ? userInfo.exec(draft.url) : null;
  if (match === null) return;
  const [whole, scheme = '', pair = ''] = match;
  draft.url = scheme + draft.url.slice(whole.length);
  if (draft.headers.some(([name]) => name.toLowerCase() === 'authorization')) return;
  const isKnown = !pair.includes('{{');
  const credentials = pair.includes(':') ? decoded(pair) : `${decoded(pair)}:`;
  // Spaces, other alphabets, and encoded braces can't be in a header unencoded.
  const isText = /^[!-~]*$/.test(withoutPlaceholders(credentials)) && !/%7b%7b/i.test(pair);
  draft.headers.push(['Authorization', isKnown && !isText ? basicValue(credentials) : `Basic ${credentials}`]);
  const hint = 'Use a header instead: Authorization: Basic {{$secret NAME}}.';
  if (!isKnown) {
    const message = 'The user name or password in the URL contains a character that requires encoding.';
    if (!isText) report.error('bad-header', draft.range, message, hint);
    return;
  }
  report.warning('literal-secret', draft.range, 'The URL contains a user name or password.', hint);
}
