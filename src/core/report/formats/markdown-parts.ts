import type { Table } from '../tables/tables.ts';

/** Returns a table under its title; empty for a table without rows. */
export function table({ title, columns, rows, note }: Table): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  return [
    ...(title === '' ? [] : [`**${escape(title)}**`, '']),
    line(columns),
    `| ${columns.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map(line),
    ...(note === undefined ? [] : ['', escape(note)]),
  ].join('\n');
}

/** Returns labels with their values, each on its own line. */
export function list(facts: readonly (readonly [label: string, value: string])[]): string {
  return facts.map(([label, value]) => `- ${escape(label)}: ${escape(value)}`).join('\n');
}

/**
 * Escapes text, which may come from a server or a file, so that Markdown shows it unchanged. Escaped are markup, HTML,
 * the ends of table cells, and what GitHub turns into links (`://`) or mentions (`@`). White space becomes one space.
 */
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
