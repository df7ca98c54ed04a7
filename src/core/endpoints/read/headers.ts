import { handshakeScheme } from '../credentials.ts';
import { quoted, rangeOf, type Findings } from '../problems.ts';
import { withoutPlaceholders } from '../variables/variables.ts';
import { isCredentialHeader, ownHeaders } from '../known-words.ts';

const headerLine = /^((?:[^\s:{}]|\{\{[\w.-]+\}\})+)[ \t]*:/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Returns name and value of a header in a trimmed line; undefined if it isn't a header. */
export function splitHeader(text: string): { name: string; value: string; valueStart: number } | undefined {
  const match = headerLine.exec(text);
  if (match === null) return undefined;
  const rest = text.slice(match[0].length);
  const valueStart = match[0].length + rest.length - rest.trimStart().length;
  return { name: match[1] ?? '', value: rest.trim(), valueStart };
}

/** Returns whether a text is a valid header value: printable ASCII and tabs. */
export const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);

const looksSecret = (value: string): boolean => {
  const credential = value.replace(/^(?:bearer|basic|digest|token|apikey|api-key)\s+/i, '');
  return !credential.includes('{{') && credential.length >= 8;
};

/** Reports the problem of a header after its variables are replaced. `start` and `end` are its columns. */
export function checkHeader(
  [name, value]: readonly [string, string],
  line: number,
  start: number,
  end: number,
  report: Findings,
): void {
  const range = rangeOf(line, start, end);
  const lower = name.toLowerCase();
  if (!token.test(name)) {
    const hint = 'Use letters, digits, and dashes, such as Content-Type.';
    report.error('bad-header', range, `${quoted(name)} isn't a valid header name.`, hint);
  } else if (!isHeaderValue(withoutPlaceholders(value))) {
    const hint = 'Use printable ASCII characters. Encode all others.';
    report.error('bad-header', range, `The value of ${name} contains a character that isn't valid in a header.`, hint);
  } else if (ownHeaders.has(lower)) {
    const hint = 'Remove this line. Loadlens sets this header for each request.';
    report.warning('own-header', range, `Header ${name} is ignored.`, hint);
  } else if (lower === 'authorization' && handshakeScheme(value) !== undefined) {
    const message = `${handshakeScheme(value) ?? ''} authentication isn't supported.`;
    const hint = 'Use Basic or Bearer, or a header with complete credentials.';
    report.error('unsupported-authorization', range, message, hint);
  } else if (isCredentialHeader(name) && looksSecret(value)) {
    const scheme = /^([A-Za-z-]+)\s+\S/.exec(value)?.[1];
    const hint = `Write ${name}: ${scheme === undefined ? '' : `${scheme} `}{{$secret NAME}} to keep the value out of the file.`;
    report.warning('literal-secret', range, `The value of ${name} looks like a secret.`, hint);
  }
}
