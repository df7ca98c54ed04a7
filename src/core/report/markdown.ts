import { attention, clientFacts, provenance } from './facts.ts';
import { formatMs, formatPercent, formatRate } from './format.ts';
import {
  latencyTable,
  objectiveTable,
  outcomeTable,
  ratesTable,
  targetTable,
  timesTable,
  type Table,
} from './tables.ts';
import type { RunRecord } from './types.ts';

const mostTargets = 50;

/** The result to paste into a pull request: what matters open, the rest folded. */
export function renderMarkdown(record: RunRecord): string {
  const facts: Table = { title: '', columns: ['', ''], rows: [...clientFacts(record), ...provenance(record)] };
  const blocks = [
    `### Loadlens: ${escape(record.name)}`,
    headline(record),
    ...attention(record).map((note) => `> **Note:** ${escape(note)}`),
    table(latencyTable(record)),
    ...(record.verdicts.length > 0 ? [table(objectiveTable(record))] : []),
    table(outcomeTable(record)),
    ...(record.perTarget.length > 1 ? [table(targetTable(record, mostTargets))] : []),
    '<details><summary>Other times, client, plan and machine</summary>',
    table(timesTable(record)),
    table(ratesTable(record)),
    table(facts),
    '</details>',
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headline(record: RunRecord): string {
  const { latencyMs } = record;
  return [
    `**${formatRate(record.successThroughputPerS)}** successful`,
    `p50 **${formatMs(latencyMs.median)}**`,
    `p95 **${formatMs(latencyMs.p95)}**`,
    `success **${formatPercent(record.successRatio)}**`,
    `in **${formatMs(record.requestsSent === 0 ? null : record.totalMs)}**`,
  ].join(' · ');
}

function table({ title, columns, rows, note }: Table): string {
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

/** Text as text: nothing in it is markup, a link, a mention or the end of a cell. */
function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;&#47;');
}
