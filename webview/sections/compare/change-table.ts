import type { Table } from '../../../src/core/report/tables/tables.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';

/** Columns without a place of their own: the interval stands below the change, and the smallest detectable change is a tile. */
const folded = new Set(['Interval', 'Smallest detectable']);

/** Creates the table of changes, narrow enough for a panel beside an editor. */
export function changeTable({ title, columns, words = [], rows, note }: Table): HTMLElement {
  const interval = columns.indexOf('Interval');
  const kept = columns.flatMap((column, i) => (folded.has(column) ? [] : [{ column, i }]));
  const cell = (row: readonly string[], column: string, i: number): Cell => {
    const text = row[i] ?? '';
    return column === 'Change' ? { text, remark: row[interval] ?? '' } : text;
  };
  const { element, table } = createTable(
    title,
    kept.map(({ column, i }) => ({ title: column, kind: i === 0 || words.includes(column) ? 'words' : 'number' })),
    rows.map((row) => kept.map(({ column, i }) => cell(row, column, i))),
  );
  table.classList.add('lines');
  return h('div', {}, element, note === undefined ? null : h('p', { class: 'remark' }, note));
}
