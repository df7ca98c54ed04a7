import {
  indentOf,
  isBlank,
  isBodyFile,
  isComment,
  isSeparator,
  looksLikeRequest,
  matchVariable,
  startsJson,
} from './lines.ts';
import { bodylessMethods } from '../known-words.ts';
import { rangeOf } from '../problems.ts';
import { splitHeader } from './headers.ts';
import { findJsonEnd } from './json-body.ts';
import { readRequestLine } from './read-request.ts';
import { splitRequestLine, withScheme } from './request-line.ts';
import type { State } from './state.ts';
import { looksLikeVegeta, readVegetaLine } from './vegeta-json.ts';

/** Reads a line that isn't part of a request. A block of text has one problem, that of its first line. */
export function readOutside(state: State, line: number, whole: string, text: string): number {
  const { length } = state.report.problems;
  const { length: early } = state.early;
  const next = readOutsideLine(state, line, whole, text);
  const isTarget = state.drafts.at(-1)?.range.start.line === line;
  const isText = isTarget
    ? !startsJson(text) && !startsRequest(text)
    : state.report.problems.length > length && state.early.length === early;
  return isText ? endOfBlock(state.lines, next, text) : next;
}

/** Returns whether a trimmed line outside of requests starts one, with or without an error. */
const startsRequest = (text: string): boolean =>
  looksLikeRequest(text) ||
  withScheme(text, false) !== text ||
  (splitRequestLine(text).method !== undefined && !text.endsWith('{'));

/** Returns the number of braces that a text leaves open; negative if it closes more. */
const opened = (text: string): number => text.split('{').length - text.split('}').length;

/** Returns the line after a block of text, which ends with its braces closed and at a blank line. */
function endOfBlock(lines: readonly string[], from: number, first: string): number {
  let open = startsJson(first) ? 0 : opened(first);
  let at = from;
  for (; at < lines.length; at++) {
    const whole = lines[at] ?? '';
    const text = whole.trim();
    if (isSeparator(whole) || looksLikeRequest(text) || looksLikeVegeta(text)) break;
    if (open > 0) {
      open += opened(text);
      continue;
    }
    if (text === '' || isComment(whole) || matchVariable(text, false) !== undefined) break;
    if (!startsJson(text) && withScheme(text, false) !== text) break;
  }
  return at;
}

function readOutsideLine(state: State, line: number, whole: string, text: string): number {
  const { report, current } = state;
  const indent = indentOf(whole);
  const range = rangeOf(line, indent, indent + text.length);
  const again = current?.body !== undefined;
  if (startsJson(text)) {
    if (readVegetaLine(state, range, text)) return line + 1;
    const message = again ? 'The request above already has a body.' : 'No request precedes this body.';
    const hint = 'Move it below a request line, such as POST http://127.0.0.1:5000/hello.';
    report.error('stray-body', range, message, hint);
    return findJsonEnd(state.lines, line, indent).line + 1;
  }
  if (text.startsWith('@') || isBodyFile(whole)) {
    const message = again ? 'The request above already has a body.' : 'No request precedes this body file.';
    report.error(
      'stray-body',
      range,
      message,
      'Move it directly below the headers of a request, without a blank line.',
    );
    return line + 1;
  }
  if (/^curl\s/.test(text)) {
    const hint = 'Write METHOD and URL on one line, then the headers, then the body.';
    report.error('curl-command', range, "curl commands aren't supported.", hint);
    return endOfCommand(state.lines, line);
  }
  const isRequest = looksLikeRequest(text);
  if (!isRequest && splitHeader(text) !== undefined) {
    if (current === undefined && isAboveRequest(state, line)) {
      state.early.push(line);
      return line + 1;
    }
    const hint = 'Move it directly below the request line, above the body, without a blank line.';
    report.error('stray-header', range, 'No request precedes this header.', hint);
    return line + 1;
  }
  if (!isRequest && current !== undefined && !again && !bodylessMethods.has(current.method)) {
    const hint = 'Separate requests with a line ###, or move the body to a file: @body.txt.';
    report.error('stray-body', range, 'A text body requires ### between requests.', hint);
    let next = line + 1;
    while (next < state.lines.length && !looksLikeRequest((state.lines[next] ?? '').trim())) next++;
    return next;
  }
  return readRequestLine(state, line, whole, text);
}

/** Returns whether a request line follows the headers that start on a line, in a file with `###`. */
function isAboveRequest({ lines, separated }: State, line: number): boolean {
  if (!separated) return false;
  for (let at = line + 1; at < lines.length; at++) {
    const text = lines[at] ?? '';
    if (isSeparator(text) || isBlank(text)) return false;
    if (isComment(text)) continue;
    if (looksLikeRequest(text.trim())) return true;
    if (splitHeader(text.trim()) === undefined) return false;
  }
  return false;
}

/** Returns the line after a shell command, whose lines except the last end with `\`. */
function endOfCommand(lines: readonly string[], line: number): number {
  let at = line;
  while (/[\\^`]\s*$/.test(lines[at] ?? '')) at++;
  return at + 1;
}
