/** Maximum number of remarks that a record keeps. */
export const maxServerNotes = 20;

/** Merges the remarks of several senders or runs: each once, in order of appearance, up to the maximum. */
export function mergeServerNotes(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].slice(0, maxServerNotes);
}
