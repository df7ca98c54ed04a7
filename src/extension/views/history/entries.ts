import { nameOf, olderFirst, sourceOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import type { HistoryMark } from '../../services/runs/history.ts';

/** What results are put together by. */
export type Grouping = 'none' | 'file' | 'day' | 'fileAndDay';

/** Which results are listed. */
export interface HistoryFilter {
  /** Only results of this file. */
  readonly file?: string;
  /** With all of these words. */
  readonly text?: string;
}

/** A row of the history: a result, or a group of rows. */
export type HistoryEntry =
  | { readonly kind: 'result'; readonly id: string; readonly result: ResultRecord; readonly inDay: boolean }
  | {
      readonly kind: 'group';
      /** Differs from all ids of results. */
      readonly id: string;
      readonly label: string;
      readonly count: number;
      readonly entries: readonly HistoryEntry[];
    };

/** Input of the list besides the results. */
export interface HistoryLook {
  readonly grouping: Grouping;
  readonly filter: HistoryFilter;
  readonly markOf: (id: string) => HistoryMark;
  /** Text of a row for the filter. */
  readonly wordsOf: (result: ResultRecord) => string;
  readonly now: Date;
}

/** Returns the file of a result, or the model's address without a file. */
export const fileOf = (result: ResultRecord): string =>
  sourceOf(result)?.file ?? ('model' in result ? result.model.url : 'No file');

/** Returns the results that a filter lets through. */
export function filtered(results: readonly ResultRecord[], look: HistoryLook): readonly ResultRecord[] {
  const { file, text = '' } = look.filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return results.filter((result) => {
    if (file !== undefined && fileOf(result) !== file) return false;
    if (words.length === 0) return true;
    const { name = '', note = '' } = look.markOf(result.id);
    const said = [nameOf(result), name, note, fileOf(result), look.wordsOf(result)].join(' ').toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** Returns the rows of the history: pinned results first, the others by group, newest first. */
export function historyEntries(results: readonly ResultRecord[], look: HistoryLook): readonly HistoryEntry[] {
  const listed = olderFirst(filtered(results, look)).toReversed();
  const isPinned = ({ id }: ResultRecord): boolean => look.markOf(id).pinned === true;
  const pinned = listed.filter(isPinned);
  const others = listed.filter((result) => !isPinned(result));
  return [...(pinned.length === 0 ? [] : [groupOf('', 'Pinned', rows(pinned))]), ...grouped(others, look)];
}

function grouped(results: readonly ResultRecord[], { grouping, now }: HistoryLook): readonly HistoryEntry[] {
  const byDay = (under: string, some: readonly ResultRecord[]): HistoryEntry[] =>
    split(some, ({ startedAt }) => dayWords(new Date(startedAt), now)).map(([day, ofDay]) =>
      groupOf(under, day, rows(ofDay, true)),
    );
  switch (grouping) {
    case 'none':
      return rows(results);
    case 'day':
      return byDay('', results);
    case 'file':
      return split(results, fileOf).map(([file, ofFile]) => groupOf('', file, rows(ofFile)));
    case 'fileAndDay':
      return split(results, fileOf).map(([file, ofFile]) => groupOf('', file, byDay(file, ofFile)));
  }
}

const rows = (results: readonly ResultRecord[], inDay = false): HistoryEntry[] =>
  results.map((result) => ({ kind: 'result', id: result.id, result, inDay }));

const groupOf = (under: string, label: string, entries: readonly HistoryEntry[]): HistoryEntry => ({
  kind: 'group',
  id: `group:${JSON.stringify([under, label])}`,
  label,
  count: entries.reduce((sum, entry) => sum + (entry.kind === 'group' ? entry.count : 1), 0),
  entries,
});

/** Parts of a list by a key, in the order in which the keys occur. */
function split(results: readonly ResultRecord[], keyOf: (result: ResultRecord) => string) {
  const parts = new Map<string, ResultRecord[]>();
  for (const result of results) parts.set(keyOf(result), [...(parts.get(keyOf(result)) ?? []), result]);
  return [...parts];
}

/** Start of a day, or of one before it. */
const dayOf = (date: Date, before = 0): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate() - before).getTime();

/** `Today`, `Yesterday`, or the date. */
function dayWords(date: Date, now: Date): string {
  if (dayOf(date) === dayOf(now)) return 'Today';
  if (dayOf(date) === dayOf(now, 1)) return 'Yesterday';
  return date.toLocaleDateString(undefined, { dateStyle: 'medium' });
}
