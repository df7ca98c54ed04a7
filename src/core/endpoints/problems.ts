import { closest } from '../closest.ts';
import type { Fix, Problem, Range } from './types.ts';

/** The part of a line from `start` up to `end`. */
export const rangeOf = (line: number, start: number, end: number): Range => ({
  start: { line, character: start },
  end: { line, character: end },
});

/** More findings of one severity than this help nobody and freeze an editor; the first ones are kept. */
const maxOfSeverity = 1000;
/** A search for the nearest word costs time: a file with more findings than this is no file with a typing error. */
const maxSuggestions = 50;

/** Collects findings in the order of their discovery. */
export interface Findings {
  readonly problems: Problem[];
  error(code: string, range: Range, message: string, hint: string, fix?: Fix): void;
  warning(code: string, range: Range, message: string, hint: string, fix?: Fix): void;
  /** The word that was most likely meant. */
  suggest(word: string, words: Iterable<string>): string | undefined;
}

/** An empty collection. */
export function findings(): Findings {
  const problems: Problem[] = [];
  const counts = { error: 0, warning: 0 };
  let suggestions = 0;
  const add =
    (severity: Problem['severity']): Findings['error'] =>
    (code, range, message, hint, fix) => {
      if (counts[severity]++ < maxOfSeverity)
        problems.push({ severity, code, message, hint, range, ...(fix === undefined ? {} : { fix }) });
    };
  return {
    problems,
    error: add('error'),
    warning: add('warning'),
    suggest: (word, words) => (suggestions++ < maxSuggestions ? closest(word, words) : undefined),
  };
}

/** The fix that writes `instead` over a range; none when it is not known what. */
export const fixOf = (range: Range, instead: string | undefined): Fix | undefined =>
  instead === undefined ? undefined : { range, replacement: instead };

/** A text for use in a message: control characters made visible, long ones cut. */
export function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what this makes visible
  const visible = text.slice(0, 80).replace(/[\u0000-\u001f\u007f]/g, '\uFFFD');
  return `"${text.length > 80 ? `${visible}…` : visible}"`;
}
