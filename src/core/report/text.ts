import type { RunRecord } from './types.ts';
import { noValue } from './format.ts';

const separator = '--- - --- - ---';

/** The result for a terminal: first the lines of the reference script, in its order and units, then what it does not tell. */
export function renderText(record: RunRecord): string {
  return [...referenceLines(record)].join('\n') + '\n';
}

/** Seconds with 4 decimals, as the reference script prints them. */
function referenceLines(record: RunRecord): string[] {
  const { latencyMs } = record;
  const seconds = (ms: number | null): string => fixed(ms === null ? null : ms / 1000);
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

function fixed(value: number | null): string {
  return value === null || !Number.isFinite(value) ? noValue : value.toFixed(4);
}
