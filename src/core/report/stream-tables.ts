import { hasStreams } from '../metrics/streams.ts';
import type { Distribution, StreamNumbers } from '../metrics/types.ts';
import { countOf, formatCount, formatMs, formatRate } from './format.ts';
import { marked, type Table } from './tables.ts';
import type { RunRecord } from './types.ts';

/** The times of a stream, in the order of its life: what the number is called, and where it is. */
const streamTimes: readonly (readonly [label: string, of: (numbers: StreamNumbers) => Distribution])[] = [
  ['time to first token (TTFT)', ({ ttftMs }) => ttftMs],
  ['between chunks (ICL)', ({ iclMs }) => iclMs],
  ['longest between chunks (stall)', ({ stallMs }) => stallMs],
  ['per output token (TPOT)', ({ tpotMs }) => tpotMs],
  ['to last token (E2E)', ({ e2eMs }) => e2eMs],
];

/** What streamed answers looked like, in time and in tokens; none when nothing was streamed. */
export function streamTables(record: RunRecord): Table[] {
  return hasStreams(record) ? [timeTable(record), tokenTable(record)] : [];
}

function timeTable(record: RunRecord & StreamNumbers): Table {
  const distributions = streamTimes.map(([label, of]) => ({ label, values: of(record) }));
  const doubtful = distributions.some(({ values }) => values.p99 !== null && values.interval95.p99 === null);
  const notes = [
    ...(doubtful ? ['? = too few values to rely on.'] : []),
    ...(record.iclPercentileMethod === record.percentileMethod
      ? []
      : ['Percentiles between chunks are from an HDR histogram.']),
  ];
  return {
    title: `Streams (${countOf(record.streams.whole, 'stream')} that succeeded)`,
    columns: ['', 'Values', 'mean', 'p50', 'p95', 'p99', 'max'],
    rows: distributions.map(({ label, values }) => [
      label,
      formatCount(values.count),
      formatMs(values.mean),
      marked(values, 'median'),
      marked(values, 'p95'),
      marked(values, 'p99'),
      formatMs(values.max),
    ]),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

/** Output tokens, one row for each target that named any when there are several. */
function tokenTable(record: RunRecord): Table {
  const rows = [
    { name: 'all', numbers: record },
    ...(record.perTarget.length > 1 ? record.perTarget.map((numbers) => ({ name: numbers.name, numbers })) : []),
  ].filter(({ numbers }) => numbers.avgOutputTokens !== null);
  const reasoning = record.reasoningTokens !== undefined;
  return {
    title: 'Output tokens',
    columns: ['', 'Tokens', 'per answer', ...(reasoning ? ['of reasoning'] : []), 'Rate', 'TTFT p50', 'TPOT p50'],
    rows: rows.map(({ name, numbers }) =>
      [
        name,
        formatCount(numbers.outputTokens),
        numbers.avgOutputTokens === null ? '' : numbers.avgOutputTokens.toFixed(1),
      ].concat(
        reasoning ? formatCount(numbers.reasoningTokens ?? 0) : [],
        formatRate(numbers.outputTokensPerS, 'tokens'),
        formatMs(numbers.ttftMs?.median ?? null),
        formatMs(numbers.tpotMs?.median ?? null),
      ),
    ),
  };
}
