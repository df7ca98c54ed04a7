import { isLong, type Table as ReportTable } from '../src/core/report/tables/tables.ts';
import { h, setAttributes, setText } from './dom.ts';
import { usesScreenReader } from './theme.ts';

/** A column: its heading, and whether its cells are numbers (right-aligned) or words. */
export interface Column {
  readonly title: string;
  readonly kind: 'words' | 'number';
}

/** One cell: its text, or its text with a remark in small print. */
export type Cell = string | { readonly text: string; readonly remark: string };

/** A table that is brought up to date cell by cell, so that neither focus nor scroll nor selection is lost. */
export interface Table {
  readonly element: HTMLElement;
  readonly table: HTMLTableElement;
  update(rows: readonly (readonly Cell[])[]): void;
}

/** A semantic table whose first column names the row. It scrolls sideways under that column if it's wider than the panel. */
export function createTable(label: string, columns: readonly Column[], rows: readonly (readonly Cell[])[] = []): Table {
  const body = h('tbody');
  const table = h(
    'table',
    { 'aria-label': label },
    h(
      'thead',
      {},
      h('tr', {}, ...columns.map((column) => h('th', { scope: 'col', class: column.kind }, column.title))),
    ),
    body,
  );
  // Scrolling by keyboard needs a focusable box.
  const element = h('div', { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': label }, table);

  // The browser leaves a control that is visible in part where it is.
  element.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element && target !== element) target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  function update(next: readonly (readonly Cell[])[]): void {
    while (body.rows.length > next.length) body.deleteRow(-1);
    for (const [r, cells] of next.entries()) {
      const row = body.rows[r] ?? body.appendChild(newRow(columns));
      for (const [c, cell] of cells.entries()) {
        const td = row.cells[c];
        if (td !== undefined) setCell(td, cell);
      }
    }
  }

  update(rows);
  return { element, table, update };
}

/** Makes a table of a report: the first column names the row. */
export function createReportTable({ title, columns, words = [], rows }: ReportTable): Table {
  return createTable(
    title,
    columns.map((column, i) => ({ title: column, kind: i === 0 || words.includes(column) ? 'words' : 'number' })),
    rows,
  );
}

/** The table next to a chart, folded. It's filled when it's opened. */
export interface TableTwin {
  readonly element: HTMLDetailsElement;
  show(table: ReportTable): void;
}

/** Creates the table next to a chart. The chart's title distinguishes it from others. */
export function tableTwin(first: ReportTable): TableTwin {
  let shown = first;
  let columns = '';
  let table: Table | undefined;
  const summary = h('summary', {}, 'Show as table');
  const note = h('p', { class: 'remark' });
  const box = h('div');
  const element = h('details', { open: usesScreenReader() }, summary, box, note);
  const fill = (): void => {
    if (!element.open) return;
    const wanted = [shown.title, ...shown.columns].join('\n');
    if (table === undefined || columns !== wanted) {
      columns = wanted;
      table = createReportTable(shown);
      box.replaceChildren(table.element);
    } else {
      table.update(shown.rows);
    }
    setText(note, shown.note ?? '');
  };
  const show = (next: ReportTable): void => {
    shown = next;
    setAttributes(summary, { 'aria-label': `Show as table: ${next.title}` });
    fill();
  };
  element.addEventListener('toggle', fill);
  show(first);
  return { element, show };
}

function newRow(columns: readonly Column[]): HTMLTableRowElement {
  return h(
    'tr',
    {},
    ...columns.map((column, i) =>
      i === 0 ? h('th', { scope: 'row', class: column.kind }) : h('td', { class: column.kind }),
    ),
  );
}

function setCell(td: HTMLTableCellElement, cell: Cell): void {
  if (typeof cell === 'string') {
    setAttributes(td, { 'data-remark': undefined });
    td.classList.toggle('long', isLong(cell));
    setText(td, cell);
    return;
  }
  const shown = `${cell.text}\n${cell.remark}`;
  if (td.dataset['remark'] === shown) return;
  td.dataset['remark'] = shown;
  td.replaceChildren(cell.text, ' ', h('span', { class: 'remark' }, cell.remark));
}
