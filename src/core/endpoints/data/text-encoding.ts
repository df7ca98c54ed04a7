import { rangeOf } from '../problems.ts';
import type { Problem } from '../types.ts';

const replacement = '\uFFFD';

/** Whether a text is UTF-16 that was read as UTF-8: every other character is NUL. */
const isWide = (text: string): boolean =>
  /^(?:\uFFFD\uFFFD|\uFEFF)?(?:[^\0]\0|\0[^\0]){2}/.test(text) || text.startsWith(replacement.repeat(2));

/** Returns the one problem of a text that was not UTF-8; undefined when it was. */
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
