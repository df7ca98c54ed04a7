import { dynamicForm } from './dynamic.ts';

/** Digits alone: they stand unharmed in an address, in a header and, with or without quotes, in JSON. */
export const tokenPrefix = '73160492';
const placeDigits = 4;
const mostPlaces = 10 ** placeDigits;

/** Length of every token, in characters. */
export const tokenLength = tokenPrefix.length + placeDigits;

/** Finds the tokens in a text, and their places. */
export const tokenPattern = new RegExp(`${tokenPrefix}(\\d{${placeDigits}})`, 'g');

/** Collects the values of a request that are new each time it is sent. */
export interface DynamicParts {
  /** Returns the token to put in the place of a placeholder's inner text; undefined for one of another kind, null when there are too many. */
  token(inner: string): string | undefined | null;
  /** The placeholders, each at its place; empty when there are none. */
  readonly written: readonly string[];
}

/** Returns an empty collection. */
export function dynamicParts(): DynamicParts {
  const written: string[] = [];
  return {
    written,
    token(inner) {
      const form = dynamicForm(inner);
      if (form === undefined) return undefined;
      if (written.length >= mostPlaces) return null;
      return `${tokenPrefix}${String(written.push(form) - 1).padStart(placeDigits, '0')}`;
    },
  };
}
