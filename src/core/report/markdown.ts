import { attention, clientFacts, isMixed, provenance } from './facts.ts';
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
    list([...clientFacts(record), ...provenance(record)]),
    '</details>',
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Where the two differ, successes come first: fast failures must not make a run look good. */
function headline(record: RunRecord): string {
  const { latencyMs, successLatencyMs } = record;
  const latency = (name: 'median' | 'p95', label: string): string =>
    isMixed(record)
      ? `${label} of successes **${formatMs(successLatencyMs[name])}** (all responses ${formatMs(latencyMs[name])})`
      : `${label} **${formatMs(latencyMs[name])}**`;
  return [
    `**${formatRate(record.successThroughputPerS)}** successful`,
    latency('median', 'p50'),
    latency('p95', 'p95'),
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

function list(facts: readonly (readonly [label: string, value: string])[]): string {
  return facts.map(([label, value]) => `- ${escape(label)}: ${escape(value)}`).join('\n');
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
