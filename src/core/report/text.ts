import { attention, clientFacts, isMixed, provenance } from './facts.ts';
import { noValue } from './format.ts';
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

const separator = '--- - --- - ---';
const lineWidth = 96;
const shortestName = 16;
const mostTargets = 20;

/** The result for a terminal: first the lines of the reference script, in its order and units, then what it does not tell. */
export function renderText(record: RunRecord): string {
  const notes = attention(record);
  const blocks = [
    referenceLines(record),
    notes.flatMap((note) => wrap(`! ${note}`, 2)),
    tableLines(latencyTable(record)),
    tableLines(timesTable(record)),
    tableLines(ratesTable(record)),
    isMixed(record) || record.responses < record.requestsSent ? tableLines(outcomeTable(record)) : [],
    record.perTarget.length > 1 ? tableLines(targetTable(record, mostTargets)) : [],
    record.verdicts.length > 0 ? tableLines(objectiveTable(record)) : [],
    factLines('Client', clientFacts(record)),
    factLines('Run', provenance(record)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join(`\n${separator}\n`)}\n`;
}

/** Seconds with 4 decimals, as the reference script prints them. */
function referenceLines(record: RunRecord): string[] {
  const { latencyMs } = record;
  const codes = Object.entries(record.statusCodes);
  return [
    '*** Results ***',
    'Status codes:',
    ...(codes.length === 0 ? [`  ${noValue}`] : codes.map(([code, count]) => `  ${code}: ${String(count)} times`)),
    `Success ratio: ${record.successRatio === null ? noValue : `${(record.successRatio * 100).toFixed(2)}%`}`,
    separator,
    `Total time: ${seconds(record.requestsSent === 0 ? null : record.totalMs)} seconds`,
    `Median latency: ${seconds(latencyMs.median)}  |  Average latency: ${seconds(latencyMs.mean)} seconds`,
    `Shortest request time: ${seconds(latencyMs.min)} seconds  |  Longest request time: ${seconds(latencyMs.max)} seconds`,
    separator,
    `Throughput: ${fixed(record.throughputPerS)} requests per second`,
    `Avg Output Tokens: ${fixed(record.avgOutputTokens)}  |  Output Token Throughput: ${fixed(record.outputTokensPerS)} tokens per second`,
  ];
}

function seconds(ms: number | null): string {
  return fixed(ms === null ? null : ms / 1000);
}

function fixed(value: number | null): string {
  return value === null || !Number.isFinite(value) ? noValue : value.toFixed(4);
}

/** Columns side by side: the first flush left and as short as the line needs, all others flush right. */
function tableLines(table: Table): string[] {
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

function factLines(title: string, facts: readonly (readonly [label: string, value: string])[]): string[] {
  const width = Math.max(...facts.map(([label]) => label.length));
  return [`${title}:`, ...facts.flatMap(([label, value]) => wrap(`  ${label.padEnd(width)}  ${value}`, width + 4))];
}

/** Breaks a line at spaces; what follows is indented. A single long word stays whole. */
function wrap(text: string, indent: number): string[] {
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

/** Control characters would let a name or an answer steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** Names of targets differ at their ends more than in the middle. */
function clip(cell: string, width: number): string {
  if (cell.length <= width) return cell;
  const end = Math.floor((width - 1) / 2);
  return `${cell.slice(0, width - 1 - end)}…${cell.slice(-end)}`;
}
