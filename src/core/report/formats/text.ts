import { clientFacts } from '../words/client-words.ts';
import { attention, provenance } from '../words/facts.ts';
import { failureTable } from '../words/failure-reasons.ts';
import { noValue } from '../../format.ts';
import { isMixed } from '../words/headline.ts';
import { latencyTable, objectiveTable, outcomeTable, ratesTable, targetTable, timesTable } from '../tables/tables.ts';
import { connectionTables } from '../tables/connection-table.ts';
import { serverTables } from '../tables/server-table.ts';
import { streamTables } from '../tables/stream-tables.ts';
import { turnTables } from '../tables/turn-table.ts';
import { factLines, joinBlocks, separator, tableLines, verdictLines, wrap } from './text-parts.ts';
import { verdictOf } from '../words/verdict.ts';
import type { RunRecord } from '../../record/run.ts';

const mostTargets = 20;
const mostFailures = 10;

/**
 * Renders the result for a terminal: the verdict, then the lines of the reference script in its order and units, then
 * everything else.
 */
export function renderText(record: RunRecord): string {
  const verdict = verdictOf(record);
  const notes = attention(record).filter((note) => !verdict.sentence.includes(note));
  const blocks = [
    [...verdictLines(verdict), ...referenceLines(record)],
    notes.flatMap((note) => wrap(`! ${note}`, 2)),
    tableLines(latencyTable(record)),
    ...streamTables(record).map(tableLines),
    ...turnTables(record).map(tableLines),
    ...serverTables(record).map(tableLines),
    tableLines(timesTable(record)),
    ...connectionTables(record).map(tableLines),
    tableLines(ratesTable(record)),
    isMixed(record) || record.responses < record.requestsSent ? tableLines(outcomeTable(record)) : [],
    tableLines(failureTable(record, mostFailures)),
    record.perTarget.length > 1 ? tableLines(targetTable(record, mostTargets)) : [],
    record.objectives.length > 0 ? tableLines(objectiveTable(record, mostTargets)) : [],
    factLines('Client', clientFacts(record)),
    factLines('Run', provenance(record)),
  ];
  return joinBlocks(blocks);
}

/** Seconds with 4 decimals, as the reference script prints them. */
function referenceLines(record: RunRecord): string[] {
  const { latencyMs } = record;
  const codes = Object.entries(record.statusCodes);
  return [
    '*** Results ***',
    'Status codes:',
    ...(codes.length === 0
      ? [`  ${noValue}`]
      : codes.map(([code, count]) => `  ${code}: ${String(count)} ${count === 1 ? 'time' : 'times'}`)),
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
