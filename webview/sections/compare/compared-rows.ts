import type {
  ComparedTarget,
  ComparisonRow,
  ComparisonUnit,
  Measured,
} from '../../../src/core/report/tables/compare-runs.ts';
import { formatChange, formatCount, formatMs, formatPercent, formatRate, noValue } from '../../../src/core/format.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { section } from '../kit/section.ts';
import { mostUnbounded } from '../run/targets.ts';

/** Numbers of two runs and their changes, without a verdict: the headline ones, then the others. */
export function comparedRows(rows: readonly ComparisonRow[]): HTMLElement {
  return section(
    'Numbers',
    unsureRemark(rows),
    rowTable(
      'Numbers of both runs',
      rows.filter(({ lead }) => lead),
    ),
    h('h3', {}, 'More numbers'),
    rowTable(
      'More numbers',
      rows.filter(({ lead }) => !lead),
    ),
  );
}

/** Numbers of the targets of two runs; null without targets. */
export function comparedTargets(targets: readonly ComparedTarget[]): HTMLElement | null {
  const [first] = targets;
  if (first === undefined) return null;
  const title = 'Targets of both runs';
  const { element, table } = createTable(
    title,
    [{ title: 'Target', kind: 'words' }, ...first.rows.map(({ label }) => ({ title: label, kind: 'number' }) as const)],
    targets.map(({ name, rows }) => [name, ...rows.map(changedCell)]),
  );
  table.classList.add('widest', 'changes');
  if (targets.length > mostUnbounded) element.classList.add('bounded');
  return section(
    title,
    h('p', { class: 'remark' }, 'Times and rates are of successes.'),
    unsureRemark(targets.flatMap(({ rows }) => rows)),
    element,
  );
}

function rowTable(title: string, rows: readonly ComparisonRow[]): HTMLElement {
  const { element, table } = createTable(
    title,
    [
      { title: 'Number', kind: 'words' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
      { title: 'Change', kind: 'number' },
    ],
    rows.map((row) => [row.label, shown(row.unit, row.before), shown(row.unit, row.after), changed(row)]),
  );
  table.classList.add('compared');
  return element;
}

const formats: Readonly<Record<ComparisonUnit, (value: number | null) => string>> = {
  ms: formatMs,
  'req/s': formatRate,
  'tokens/s': (value) => formatRate(value, 'tokens'),
  ratio: formatPercent,
  count: formatCount,
};

const shown = (unit: ComparisonUnit, { value, unsure }: Measured): string =>
  `${formats[unit](value)}${unsure ? ' ?' : ''}`;

/** The change of a ratio is in percentage points. */
function changed({ unit, before, after, change }: ComparisonRow): string {
  if (change === null) return noValue;
  const words = formatChange(change);
  return `${unit === 'ratio' ? words.replace('%', ' points') : words}${before.unsure || after.unsure ? ' ?' : ''}`;
}

function changedCell(row: ComparisonRow): Cell {
  const text = `${shown(row.unit, row.before)} → ${shown(row.unit, row.after)}`;
  return row.change === null ? text : { text, remark: changed(row) };
}

function unsureRemark(rows: readonly ComparisonRow[]): HTMLElement | null {
  return rows.some(({ before, after }) => before.unsure || after.unsure)
    ? h('p', { class: 'remark' }, '? = too few responses to rely on.')
    : null;
}
