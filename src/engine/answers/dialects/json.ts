/** Members of a JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns the value as an object to look members up in; an empty one for anything else. */
export const objectIn = (value: unknown): Json => (isJson(value) ? value : nothing);

const nothing: Json = {};

/** Returns true for an object, or a list. */
export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Returns the value as a list; an empty one for anything else. */
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : none);

const none: readonly unknown[] = [];

/** Returns how many characters a member that may be missing has. */
export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Returns the text of a member that may be missing. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns the JSON value of a text; undefined when the text isn't JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
