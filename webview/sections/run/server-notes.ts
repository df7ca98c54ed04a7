import type { RunRecord } from '../../../src/core/record/run.ts';
import { section, sentences } from '../kit/section.ts';

/** Creates the list of remarks on the server of a run; null without remarks. */
export function serverNotes({ server }: Pick<RunRecord, 'server'>): HTMLElement | null {
  const notes = server?.notes ?? [];
  if (notes.length === 0) return null;
  return section('Server notes', sentences(notes));
}
