/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns whether a value is a JSON object, not a list. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the JSON object in a text or its UTF-8; undefined for anything else. */
export function parseObject(text: string | Uint8Array): Json | undefined {
  try {
    const json: unknown = JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a value that is an object; an empty one otherwise. */
export const objectOr = (value: unknown): Json => (isObject(value) ? value : {});
