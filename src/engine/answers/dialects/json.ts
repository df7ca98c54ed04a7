/** Members of a JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns the value as an object; an empty one for anything else. */
export const objectIn = (value: unknown): Json => (isJson(value) ? value : nothing);

const nothing: Json = {};

/** Returns true for an object or a list. */
export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Returns the value as a list; an empty one for anything else. */
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : none);

const none: readonly unknown[] = [];

/** Returns the number of characters of an optional text member. */
export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Returns the text of an optional member. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns the value of a JSON text; undefined if it isn't JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
