import type { Table } from '../../../src/core/report/tables/tables.ts';
import { h } from '../../dom.ts';
import { createReportTable } from '../../table.ts';

/** A table of a report as the panel shows tables, its note below. */
export function reportTable(table: Table): HTMLElement {
  return h(
    'div',
    {},
    createReportTable(table).element,
    table.note === undefined ? null : h('p', { class: 'remark' }, table.note),
  );
}
