/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns whether a value is a JSON object, not a list. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns a value that is an object; an empty one otherwise. */
export const objectOr = (value: unknown): Json => (isObject(value) ? value : {});
