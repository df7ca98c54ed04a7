import { closest } from '../closest.ts';
import type { Fix, Problem, Range } from './types.ts';

/** Returns the range in a line from column `start` up to `end`. */
export const rangeOf = (line: number, start: number, end: number): Range => ({
  start: { line, character: start },
  end: { line, character: end },
});

/** Maximum number of findings of one severity; the first ones are kept. More would freeze an editor. */
const maxOfSeverity = 1000;
/** Maximum number of searches for the closest word, which take time. A file with more findings isn't just mistyped. */
const maxSuggestions = 50;

/** Findings in the order of discovery. */
export interface Findings {
  readonly problems: Problem[];
  error(code: string, range: Range, message: string, hint: string, fix?: Fix): Problem;
  warning(code: string, range: Range, message: string, hint: string, fix?: Fix): Problem;
  /** Returns the word that was probably meant. */
  suggest(word: string, words: Iterable<string>): string | undefined;
}

/** Returns an empty collection. */
export function findings(): Findings {
  const problems: Problem[] = [];
  const counts = { error: 0, warning: 0 };
  let suggestions = 0;
  const add =
    (severity: Problem['severity']): Findings['error'] =>
    (code, range, message, hint, fix) => {
      const problem: Problem = { severity, code, message, hint, range, ...(fix === undefined ? {} : { fix }) };
      if (counts[severity]++ < maxOfSeverity) problems.push(problem);
      return problem;
    };
  return {
    problems,
    error: add('error'),
    warning: add('warning'),
    suggest: (word, words) => (suggestions++ < maxSuggestions ? closest(word, words) : undefined),
  };
}

/** Returns the fix that replaces a range by `instead`; undefined if that's unknown. */
export const fixOf = (range: Range, instead: string | undefined): Fix | undefined =>
  instead === undefined ? undefined : { range, replacement: instead };

/** Returns a quoted text for a message, shortened, with control characters made visible. */
export function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what this makes visible
  const visible = text.slice(0, 80).replace(/[\u0000-\u001f\u007f]/g, '\uFFFD');
  return `"${text.length > 80 ? `${visible}…` : visible}"`;
}
