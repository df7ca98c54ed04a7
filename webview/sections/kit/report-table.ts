import type { Table } from '../../../src/core/report/tables/tables.ts';
import { h } from '../../dom.ts';
import { createTable } from '../../table.ts';

/** A table of a report as the panel shows tables: the first column names the row, its note stands below. */
export function reportTable({ title, columns, words = [], rows, note }: Table): HTMLElement {
  const table = createTable(
    title,
    columns.map((column, i) => ({ title: column, kind: i === 0 || words.includes(column) ? 'words' : 'number' })),
    rows,
  );
  return h('div', {}, table.element, note === undefined ? null : h('p', { class: 'remark' }, note));
}
