import { clientFacts } from '../words/client-words.ts';
import { attention, provenance, unsavedMark } from '../words/facts.ts';
import { failureTable } from '../words/failure-reasons.ts';
import { formatMs, formatPercent, formatRate } from '../../format.ts';
import { headlineThroughput, headlineTime, timeLabel } from '../words/headline.ts';
import { escape, list, table } from './markdown-parts.ts';
import { connectionTables } from '../tables/connection-table.ts';
import { serverTables } from '../tables/server-table.ts';
import { streamTables } from '../tables/stream-tables.ts';
import { turnTables } from '../tables/turn-table.ts';
import { latencyTable, objectiveTable, outcomeTable, ratesTable, targetTable, timesTable } from '../tables/tables.ts';
import { verdictOf } from '../words/verdict.ts';
import type { RunRecord } from '../../record/run.ts';

const mostTargets = 50;
const mostFailures = 10;

/** The result to paste into a pull request: what matters open, the rest folded. */
export function renderMarkdown(record: RunRecord): string {
  const { label, sentence } = verdictOf(record);
  const blocks = [
    `### Loadlens: ${escape(record.name)}`,
    `**${label}:** ${escape(sentence)}`,
    headline(record),
    ...attention(record)
      .filter((note) => !sentence.includes(note))
      .map((note) => `> **Note:** ${escape(note)}`),
    table(latencyTable(record)),
    ...streamTables(record).map(table),
    ...turnTables(record).map(table),
    ...serverTables(record).map(table),
    ...(record.objectives.length > 0 ? [table(objectiveTable(record, mostTargets))] : []),
    table(outcomeTable(record)),
    table(failureTable(record, mostFailures)),
    ...(record.perTarget.length > 1 ? [table(targetTable(record, mostTargets))] : []),
    '<details><summary>Other times, client, plan and machine</summary>',
    table(timesTable(record)),
    ...connectionTables(record).map(table),
    table(ratesTable(record)),
    list([...clientFacts(record), ...provenance(record)]),
    '</details>',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function headline(record: RunRecord): string {
  const time = (name: 'median' | 'p95', label: string): string => {
    const { first, beside } = headlineTime(record, name);
    const text = `${timeLabel(first, label)} **${formatMs(first.times[name])}**`;
    return beside === null ? text : `${text} (${beside.of} ${formatMs(beside.times[name])})`;
  };
  return [
    `**${formatRate(headlineThroughput(record).first)}** successful`,
    time('median', 'p50'),
    time('p95', 'p95'),
    `success **${formatPercent(record.successRatio)}**`,
    ...(record.ttftMs === undefined ? [] : [`TTFT p50 **${formatMs(record.ttftMs.median)}**`]),
    ...(record.tpotMs === undefined ? [] : [`TPOT p50 **${formatMs(record.tpotMs.median)}**`]),
    ...(record.outputTokensPerS === null ? [] : [`**${formatRate(record.outputTokensPerS, 'tokens')}**`]),
    ...(record.goodputPerS === null ? [] : [`goodput **${formatRate(record.goodputPerS)}**`]),
    `in **${formatMs(record.requestsSent === 0 ? null : record.totalMs)}**`,
    ...unsavedMark(record.source),
  ].join(' · ');
}
