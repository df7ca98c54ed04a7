import { LoadlensError } from '../../../core/errors.ts';
import type { ComparisonRecord } from '../../../core/record/comparisons/comparison.ts';
import { refText } from '../../../core/record/comparisons/side-names.ts';

/** One of each side. */
export interface Sides<T> {
  readonly a: T;
  readonly b: T;
}

/** Values of variables, by name. */
export type Values = Readonly<Record<string, string>>;

/** Difference between the sides of a comparison. */
export interface Difference {
  /** Git refs whose servers are started, `.` for the files as they are; absent: none is started. */
  readonly refs?: Sides<string>;
  /** Values in place of those of the file. */
  readonly variables: Sides<Values>;
}

/** The files as they are against a commit. */
export const sinceRef = (ref: string): Difference => ({ refs: { a: ref, b: '.' }, variables: { a: {}, b: {} } });

/** The file against another value of a variable. */
export const withValue = (name: string, value: string): Difference => ({ variables: { a: {}, b: { [name]: value } } });

/** Name of side B, or of A if B is the current files: `main`, `base = http://127.0.0.1:5001`. */
export function differenceWords({ refs, variables }: Difference): string {
  const values = Object.entries(variables.b).map(([name, value]) => `${name} = ${value}`);
  const ref = refs === undefined ? [] : [refText(refs.b === '.' ? refs.a : refs.b)];
  return [...ref, ...values].join(', ');
}

function fail(message: string, hint: string): never {
  throw new LoadlensError(message, { hint });
}

/**
 * Returns what a comparison compared, to compare it again.
 * @throws LoadlensError for one that can't be repeated
 */
export function differenceOf({ kind, a, b }: ComparisonRecord): Difference {
  if (kind === 'kept') {
    return fail('This comparison is of earlier runs, so it can’t be repeated.', 'Use Compare With… on a run.');
  }
  const values = [...Object.values(a.variables), ...Object.values(b.variables)];
  if (values.some((value) => value.includes('***'))) {
    return fail('A value of this comparison was a secret and wasn’t kept.', 'Use Compare With… and enter it again.');
  }
  const variables = { a: a.variables, b: b.variables };
  if (a.server === undefined && b.server === undefined) return { variables };
  const refs = { a: a.server?.ref ?? '.', b: b.server?.ref ?? '.' };
  if (a.server === undefined || b.server === undefined || refs.a === refs.b) {
    return fail('Each side of this comparison had a command of its own.', 'Repeat it with loadlens ab.');
  }
  return { refs, variables };
}
