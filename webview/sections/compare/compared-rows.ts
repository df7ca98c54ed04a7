import type {
  ComparedTarget,
  ComparisonRow,
  ComparisonUnit,
  Measured,
} from '../../../src/core/report/tables/compare-runs.ts';
import {
  changedText,
  intervalRemark,
  intervalText,
  measuredText,
} from '../../../src/core/report/tables/compared-words.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { section } from '../kit/section.ts';
import { mostUnbounded } from '../run/targets.ts';

/** Numbers of two runs and their changes, without a verdict: the headline ones, then the others. */
export function comparedRows(rows: readonly ComparisonRow[]): HTMLElement {
  return section(
    'Numbers',
    h('p', { class: 'remark' }, intervalRemark),
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
  const { element } = createTable(
    title,
    [{ title: 'Target', kind: 'words' }, ...first.rows.map(({ label }) => ({ title: label, kind: 'number' }) as const)],
    targets.map(({ name, rows }) => [name, ...rows.map(changedCell)]),
  );
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
    rows.map((row) => [row.label, cellOf(row.unit, row.before), cellOf(row.unit, row.after), changedText(row)]),
  );
  table.classList.add('compared');
  return element;
}

/** A number of one run with its interval, which a change doesn't have: it would need several runs. */
function cellOf(unit: ComparisonUnit, measured: Measured): Cell {
  const text = measuredText(unit, measured);
  return measured.interval === undefined ? text : { text, remark: intervalText(measured) };
}

function changedCell(row: ComparisonRow): Cell {
  const text = `${measuredText(row.unit, row.before)} → ${measuredText(row.unit, row.after)}`;
  return row.change === null ? text : { text, remark: changedText(row) };
}

function unsureRemark(rows: readonly ComparisonRow[]): HTMLElement | null {
  return rows.some(({ before, after }) => before.unsure || after.unsure)
    ? h('p', { class: 'remark' }, '? = too few responses to rely on.')
    : null;
}
