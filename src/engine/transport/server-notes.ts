import { maxServerNotes } from '../../core/record/merge-notes.ts';

/** Records a remark on the server's behavior: a short English phrase without an end mark, such as `folds headers`. */
export type Note = (text: string) => void;

/** Remarks on the server that one loop collects, without duplicates and bounded. */
export interface ServerNotes {
  readonly note: Note;
  readonly list: readonly string[];
}

/** Creates an empty collection. */
export function createServerNotes(): ServerNotes {
  const seen = new Set<string>();
  return {
    note(text) {
      if (seen.size < maxServerNotes) seen.add(text);
    },
    get list() {
      return [...seen];
    },
  };
}
