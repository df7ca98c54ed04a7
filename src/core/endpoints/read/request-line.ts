import { maskedUrl } from '../credentials.ts';
import { fixOf, quoted, rangeOf, type Findings } from '../problems.ts';
import type { Fix, Range } from '../types.ts';
import { withoutPlaceholders } from '../variables/variables.ts';
import { methods } from '../known-words.ts';

/** Parts of a request line. Columns count from the start of its text. */
export interface RequestLine {
  /** As written; absent for a URL without a method. */
  readonly method?: string;
  readonly url: string;
  readonly urlStart: number;
}

const methodAndRest = /^([A-Za-z]+)[ \t]+(?=\S)/;
const httpVersion = /^HTTP\/\d(?:\.\d)?$/i;

/** Returns the text without ` HTTP/1.1` at its end. */
export function withoutVersion(text: string): string {
  const space = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t'));
  return space > 0 && httpVersion.test(text.slice(space + 1)) ? text.slice(0, space).trimEnd() : text;
}

/** Returns whether a word is meant as a method, unlike a word of prose. */
const isMethodBefore = (word: string, rest: string): boolean =>
  (methods.includes(word.toUpperCase()) && !/^\{(?!\{)/.test(rest)) ||
  /^[A-Z]+$/.test(word) ||
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/|\{\{)/.test(rest);

/** Returns the parts of a trimmed request line. A word before the URL is its method, known or not. */
export function splitRequestLine(text: string): RequestLine {
  const match = methodAndRest.exec(text);
  if (match === null || !isMethodBefore(match[1] ?? '', text.slice(match[0].length)))
    return { url: withoutVersion(text), urlStart: 0 };
  const urlStart = match[0].length;
  return { method: match[1] ?? '', url: withoutVersion(text.slice(urlStart)), urlStart };
}

/** Returns the method in capitals. Reports an unknown one. */
export function checkMethod(written: string, range: Range, report: Findings): string {
  const method = written.toUpperCase();
  if (methods.includes(method)) return method;
  const near = report.suggest(method, methods);
  const hint = near === undefined ? `Use one of ${methods.slice(0, 7).join(', ')}.` : `Did you mean ${near}?`;
  report.error('unknown-method', range, `Method ${quoted(written)} is unknown.`, hint, fixOf(range, near));
  return method;
}

const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
const example = 'http://127.0.0.1:5000/hello';

const someHost = /^(?:\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d+)?(?:[/?#]|$)/i;
const surelyHost = /^(?:localhost|\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d))(?::\d+)?(?:[/?#]|$)/i;

/**
 * Returns the URL with `http://` in front if it has no scheme and starts with a host, like other tools.
 * @param isAddress it can only be a URL, so that a single word is a host, too
 */
export const withScheme = (url: string, isAddress = true): string =>
  !scheme.test(url) && (isAddress ? someHost : surelyHost).test(withoutPlaceholders(url)) && !url.startsWith('{{')
    ? `http://${url}`
    : url;

/** Returns the URL with the spaces of its query encoded, like other tools; unchanged with a comment or second URL. */
export function withEncodedSpaces(url: string): string {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at);
  if (!/[ \t]/.test(query) || /[ \t](?:#|\/\/|[a-z]+:\/\/)/i.test(query)) return url;
  return url.slice(0, at) + query.replace(/(\{\{[^{}]*\}\})|[ \t]/g, (_, placeholder?: string) => placeholder ?? '%20');
}

const visibleAscii = /^[!-~]*$/;

/**
 * Returns a function that returns true for URLs known to be valid. Most URLs of a file share a valid origin, and with it
 * every path of visible ASCII is valid. This saves most of the time of checking a long file.
 */
export function knownOrigins(): (url: string) => boolean {
  let good: string | undefined;
  return (url) => {
    if (!visibleAscii.test(url) || url.includes('{{')) return false;
    if (good !== undefined && url.startsWith(good)) return true;
    const slash = url.indexOf('/', 8);
    if (slash < 0 || !/^https?:\/\/[^/?#@\\]+$/.test(url.slice(0, slash)) || !URL.canParse(url)) return false;
    good = url.slice(0, slash + 1);
    return true;
  };
}

/** Reports the problem of a URL after its variables are replaced. `written`: its text in the file. */
export function checkUrl(url: string, written: string, range: Range, report: Findings): void {
  /** Returns the fix of the start of the URL, unless a variable contains the start. */
  const begin = (wrong: string, right: string | undefined): Fix | undefined => {
    const { line, character } = range.start;
    return written.startsWith(wrong) ? fixOf(rangeOf(line, character, character + wrong.length), right) : undefined;
  };
  const bare = withoutPlaceholders(url);
  const space = bare.search(/\s/);
  if (space >= 0 && !scheme.test(bare) && !url.startsWith('{{')) {
    const hint = `Write one URL per line, such as ${example}, or METHOD and URL.`;
    report.error('bad-url', range, `${quoted(url)} isn't a URL.`, hint);
    return;
  }
  if (space >= 0) {
    const after = bare.slice(space).trimStart();
    const hint =
      after.startsWith('#') || after.startsWith('//')
        ? 'Move the comment to its own line.'
        : 'Replace spaces with %20. Write one URL per line.';
    report.error('space-in-url', range, `URL ${quoted(url)} contains a space.`, hint);
    return;
  }
  if (url.startsWith('{{')) {
    // The start is known only in the run: checked when the placeholders are replaced.
    if (!url.includes('}}')) report.error('bad-url', range, `${quoted(url)} isn't a URL: {{ has no }}.`, 'Add }}.');
    return;
  }
  const name = scheme.exec(bare)?.[1]?.toLowerCase();
  if (name === undefined) {
    const isPath = bare.startsWith('/') || bare.startsWith('?');
    const slashes = /^:?\/\/?/.exec(bare)?.[0] ?? '';
    const hint = isPath ? `Write the complete URL, such as ${example}.` : `Write http://${bare.slice(slashes.length)}.`;
    const message = `URL ${quoted(url)} doesn't start with http:// or https://.`;
    report.error('bad-scheme', range, message, hint, isPath ? undefined : begin(slashes, 'http://'));
  } else if (name !== 'http' && name !== 'https') {
    const near = report.suggest(name, ['http', 'https']);
    const fix = begin(url.slice(0, name.length + 3), near && `${near}://`);
    report.error(
      'bad-scheme',
      range,
      `Scheme ${quoted(`${name}://`)} isn't supported.`,
      'Use http:// or https://.',
      fix,
    );
  } else if (/^[^/?#]*@/.test(bare.slice(name.length + 3))) {
    const hint = 'Use a header instead: Authorization: Basic {{$secret NAME}}.';
    report.error('credentials-in-url', range, 'The URL contains a user name or password.', hint);
  } else if (/^(?:[/?#:]|$)/.test(bare.slice(name.length + 3))) {
    report.error('missing-host', range, `URL ${quoted(url)} has no host.`, `Expected a URL such as ${example}.`);
  } else if (/^[^/?#]*\{\{(?!\$(?:env|secret|dotenv) )/.test(url.slice(name.length + 3))) {
    const hint = 'Use dynamic variables only after the host.';
    report.error('bad-url', range, `The host of ${quoted(url)} contains a dynamic variable.`, hint);
  } else if (!URL.canParse(bare)) {
    const hint = `Check host and port. Expected a URL such as ${example}.`;
    report.error('bad-url', range, `${quoted(url)} isn't a valid URL.`, hint);
  }
}

const origin = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\{\{\$)[^/?#]*/;

/** Returns the name of a target without `@name`: `METHOD path?query`. */
export function defaultName(method: string, url: string): string {
  const rest = maskedUrl(url.slice(origin.exec(url)?.[0].length ?? 0));
  // join() makes one flat string. Concatenation keeps both parts, and a file may have hundreds of thousands of names.
  return [method, rest.startsWith('/') ? rest : `/${rest}`].join(' ');
}
