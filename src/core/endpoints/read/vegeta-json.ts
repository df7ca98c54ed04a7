import { isObject } from '../json.ts';
import { checkHeader } from './headers.ts';
import { rangeOf, type Findings } from '../problems.ts';
import { finishRequest, startRequest } from './read-request.ts';
import type { State } from './state.ts';
import type { Range } from '../types.ts';

/** A target of vegeta's JSON format: `{"method": "GET", "url": "http://…", "header": {"Name": ["value"]}, "body": "base64"}`. */
interface VegetaTarget {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** Reads a line of vegeta's JSON format. Returns false unless it's an object with a method and a URL. */
export function readVegetaLine(state: State, range: Range, text: string): boolean {
  const { line, character } = range.start;
  const target = targetOf(text, range, state.report);
  if (target === undefined) return false;
  const { method, url, body } = target;
  const draft = startRequest(state, {
    method,
    methodRange: rangeInLine(text, method, range),
    url,
    urlStart: rangeInLine(text, url, range).start.character,
    range,
  });
  const expand = (written: string): string => state.variables.expand(written, line, character, draft.uses) ?? written;
  for (const [name, value] of target.headers) {
    const pair = [name, expand(value)] as const;
    draft.headers.push(pair);
    checkHeader(pair, line, character, range.end.character, state.report);
  }
  if (body !== undefined) {
    draft.body = { kind: 'inline', text: expand(body), untyped: true };
    draft.bodyRange = range;
  }
  finishRequest(state);
  state.current = undefined;
  return true;
}

/** Returns whether a line looks like a target in vegeta's JSON format. */
export const looksLikeVegeta = (text: string): boolean =>
  text.startsWith('{') && text.endsWith('}') && text.includes('"url"') && text.includes('"method"');

/** Returns the range of a string in the object; that of the object if the string has escapes. */
function rangeInLine(text: string, value: string, whole: Range): Range {
  const { line, character } = whole.start;
  const at = text.indexOf(`"${value}"`);
  return at < 0 ? whole : rangeOf(line, character + at + 1, character + at + 1 + value.length);
}

/** Returns the target; undefined if it isn't one. Reports problems of its headers and body. */
function targetOf(text: string, range: Range, report: Findings): VegetaTarget | undefined {
  if (!looksLikeVegeta(text)) return undefined;
  const target = parsed(text);
  if (!isObject(target) || typeof target['method'] !== 'string' || typeof target['url'] !== 'string') return undefined;
  const headers = headersOf(target['header'] ?? {});
  if (headers === undefined) {
    const hint = 'Write each value as a list: "header": {"Accept": ["*/*"]}.';
    report.error('bad-header', range, 'The headers of this target have an unsupported format.', hint);
  }
  const body = bodyOf(target['body'] ?? '');
  if (body === undefined) {
    const hint = 'Write METHOD and URL on one line, and move the body to a file: @body.bin.';
    report.error('stray-body', range, "The body of this target isn't base64-encoded text.", hint);
  }
  return {
    method: target['method'],
    url: target['url'],
    headers: headers ?? [],
    ...(body !== undefined && body !== '' && { body }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headersOf(header: unknown): [string, string][] | undefined {
  if (!isObject(header)) return undefined;
  const pairs: [string, string][] = [];
  for (const [name, values] of Object.entries(header)) {
    if (!Array.isArray(values)) return undefined;
    for (const value of values) {
      if (typeof value !== 'string') return undefined;
      pairs.push([name, value.trim()]);
    }
  }
  return pairs;
}

function bodyOf(body: unknown): string | undefined {
  if (typeof body !== 'string') return undefined;
  try {
    const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
