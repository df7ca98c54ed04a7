import { rangeOf } from '../problems.ts';
import type { Problem } from '../types.ts';

const replacement = '\uFFFD';

/** Returns whether a text is UTF-16 decoded as UTF-8, with NUL as every second character. */
const isWide = (text: string): boolean =>
  /^(?:\uFFFD\uFFFD|\uFEFF)?(?:[^\0]\0|\0[^\0]){2}/.test(text) || text.startsWith(replacement.repeat(2));

/** Returns the problem of a text that wasn't UTF-8; undefined if it was. */
export function unreadable(text: string): Problem | undefined {
  const wide = isWide(text);
  const at = wide ? 0 : text.indexOf(replacement);
  if (at < 0) return undefined;
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  const character = (before.at(-1) ?? '').length - (before.length === 1 && text.startsWith('\uFEFF') ? 1 : 0);
  const line = before.length - 1;
  const length = wide ? 0 : 1;
  return {
    severity: 'error',
    code: 'not-utf-8',
    message: wide ? 'This file is UTF-16, not UTF-8.' : "This file isn't UTF-8.",
    hint: 'Save it as UTF-8.',
    range: rangeOf(line, character, character + length),
  };
}
