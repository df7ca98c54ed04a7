import type { RunRecord } from '../../../src/core/record/run.ts';
import { connectionTables, phaseRows } from '../../../src/core/report/tables/connection-table.ts';
import { svg } from '../../charts/kit/svg.ts';
import { h } from '../../dom.ts';
import { createReportTable } from '../../table.ts';
import { section } from '../kit/section.ts';

/** The phases of connections with their means as bars, one after the other in time; null where the record has none. */
export function connections(record: RunRecord): HTMLElement | null {
  const [table] = connectionTables(record);
  if (table === undefined) return null;
  const rows = phaseRows(record);
  const total = rows.reduce((sum, { meanMs }) => sum + meanMs, 0);
  const { element, table: drawn } = createReportTable({
    ...table,
    columns: [...table.columns, 'Mean, phase after phase'],
    words: ['Mean, phase after phase'],
    rows: table.rows.map((row) => [...row, '']),
  });
  let before = 0;
  for (const [i, { meanMs }] of rows.entries()) {
    const cell = drawn.tBodies[0]?.rows[i]?.lastElementChild;
    cell?.replaceChildren(phaseBar(total > 0 ? before / total : 0, total > 0 ? meanMs / total : 0));
    cell?.classList.add('phase-cell');
    before += meanMs;
  }
  return section(table.title, element, h('p', { class: 'remark' }, table.note));
}

const phaseBar = (from: number, share: number): SVGSVGElement =>
  svg(
    'svg',
    { class: 'phase-bar', 'aria-hidden': 'true', width: '100%', height: 10 },
    svg('rect', { class: 'track', x: 0, y: 4, width: '100%', height: 2 }),
    // A short phase must not vanish.
    svg('rect', {
      x: `${(100 * from).toFixed(2)}%`,
      y: 0,
      width: `${Math.max(0.6, 100 * share).toFixed(2)}%`,
      height: 10,
    }),
  );
