import type { Table } from '../tables/tables.ts';

/** A table under its title; nothing for a table without rows. */
export function table({ title, columns, rows, note }: Table): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  return [
    ...(title === '' ? [] : [`**${title}**`, '']),
    line(columns),
    `| ${columns.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map(line),
    ...(note === undefined ? [] : ['', escape(note)]),
  ].join('\n');
}

/** Labels with their values, one a line. */
export function list(facts: readonly (readonly [label: string, value: string])[]): string {
  return facts.map(([label, value]) => `- ${escape(label)}: ${escape(value)}`).join('\n');
}

/** Text as text: nothing in it is markup, a link, a mention or the end of a cell. */
export function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;&#47;');
}
