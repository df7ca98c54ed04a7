/** Members of a JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object to look members up in; an empty one for anything else. */
export const objectIn = (value: unknown): Json => (isJson(value) ? value : nothing);

const nothing: Json = {};

/** An object, or a list. */
export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** How many characters a member that may be missing has. */
export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
