import { dynamicForm } from './dynamic.ts';

/** Start of a token. Digits need no encoding in URLs, headers, and JSON, with or without quotes. */
export const tokenPrefix = '73160492';
const placeDigits = 4;
const mostPlaces = 10 ** placeDigits;

/** Length of every token, in characters. */
export const tokenLength = tokenPrefix.length + placeDigits;

/** Matches the tokens in a text, with their places. */
export const tokenPattern = new RegExp(`${tokenPrefix}(\\d{${placeDigits}})`, 'g');

/** Placeholders of a request with a new value each time it's sent. */
export interface DynamicParts {
  /** Returns the token that replaces a placeholder; undefined for other kinds, null if there are too many. */
  token(inner: string): string | undefined | null;
  /** Placeholders, by their places in the tokens. */
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
