/** Numbers of tokens from `min` to `max`, both included. */
export interface TokenRange {
  readonly min: number;
  readonly max: number;
}

/** Form of a range, for messages. */
export const tokenRangeForm = 'a range of tokens, such as 16..1024, 16.., or ..1024';

/** Returns the range in `16..1024`, `16..`, or `..1024`; undefined for other texts. */
export function parseTokenRange(text: string): TokenRange | undefined {
  const [, from, to] = /^(\d{0,8})\s*\.\.\s*(\d{0,8})$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const range = { min: from === '' ? 0 : Number(from), max: to === '' ? Infinity : Number(to) };
  return range.min <= range.max && range.max > 0 ? range : undefined;
}
