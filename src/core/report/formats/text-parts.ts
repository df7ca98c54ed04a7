import { cutAtWord } from '../../format.ts';
import type { Table } from '../tables/tables.ts';
import type { RunVerdict } from '../words/verdict.ts';

/** Separates the parts of a result in a terminal, as in the reference script. */
export const separator = '--- - --- - ---';
const lineWidth = 96;
const shortestName = 16;

/** The blocks that have lines, a separator between them. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join(`\n${separator}\n`)}\n`;
}

/**
 * Aligns columns: the first on the left, as narrow as possible, all others on the right. Returns nothing without rows.
 */
export function tableLines(table: Table): string[] {
  if (table.rows.length === 0) return [];
  const cells = [table.columns, ...table.rows].map((row) => row.map(oneLine));
  const widths = table.columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const others = widths.slice(1).reduce((sum, width) => sum + width + 2, 2);
  widths[0] = Math.min(widths[0] ?? 0, Math.max(shortestName, lineWidth - others));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? clip(cell, width).padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [
    ...(head === '' ? [`${table.title}:`] : [`${table.title}:`, `  ${head}`]),
    ...body.map((line) => `  ${line}`),
    ...(table.note === undefined ? [] : wrap(`  ${table.note}`, 2)),
  ];
}

/** Labels with their values under a title. */
export function factLines(title: string, facts: readonly (readonly [label: string, value: string])[]): string[] {
  const width = Math.max(...facts.map(([label]) => label.length));
  return [`${title}:`, ...facts.flatMap(([label, value]) => wrap(`  ${label.padEnd(width)}  ${value}`, width + 4))];
}

/** Returns the verdict that a result starts with, and an empty line. */
export const verdictLines = ({ label, sentence }: RunVerdict): string[] => [...wrap(`${label}: ${sentence}`, 2), ''];

/** Breaks a line at spaces; what follows is indented. A single long word stays whole. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let rest = oneLine(text);
  while (rest.length > lineWidth) {
    const space = rest.lastIndexOf(' ', lineWidth);
    if (space <= indent) break;
    lines.push(rest.slice(0, space));
    rest = ' '.repeat(indent) + rest.slice(space + 1);
  }
  return [...lines, rest];
}

/** Control characters in a name or response could change the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** Sentences are cut at their end. Names of targets differ at their ends more than in the middle. */
function clip(cell: string, width: number): string {
  if (cell.length <= width) return cell;
  if (cell.split(' ').length > 3) return cutAtWord(cell, width);
  const end = Math.floor((width - 1) / 2);
  return `${cell.slice(0, width - 1 - end)}…${cell.slice(-end)}`;
}
