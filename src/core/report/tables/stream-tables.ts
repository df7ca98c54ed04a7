import { hasStreams } from '../../metrics/streams.ts';
import type { Distribution, Numbers, StreamNumbers } from '../../metrics/types.ts';
import {
  capital,
  formatCount,
  formatMs,
  formatMsRange,
  formatNumber,
  formatPercent,
  formatRate,
  noValue,
} from '../../format.ts';
import { inputSourceText } from '../words/llm/input-source.ts';
import { inputName } from '../words/llm/ttft-by-input.ts';
import { marked, type Table } from './tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** The times of a stream with their labels. */
const streamTimes: readonly (readonly [label: string, of: (numbers: StreamNumbers) => Distribution])[] = [
  ['time to first token (TTFT)', ({ ttftMs }) => ttftMs],
  ['inter-chunk latency (ICL)', ({ iclMs }) => iclMs],
  ['longest ICL of a stream (stall)', ({ stallMs }) => stallMs],
  ['time per output token (TPOT)', ({ tpotMs }) => tpotMs],
  ['end-to-end latency (E2E)', ({ e2eMs }) => e2eMs],
];

/**
 * Returns tables of the times and tokens of streamed responses, and of input tokens; none for data that no response
 * had.
 */
export function streamTables(record: RunRecord): Table[] {
  return [
    ...(hasStreams(record) ? [timeTable(record), tokenTable(record)] : []),
    ...(record.inputTokens === undefined ? [] : [inputTable(record)]),
    ...fitTable(record.ttftByInput),
  ];
}

function timeTable(record: RunRecord & StreamNumbers): Table {
  const distributions = streamTimes.map(([label, of]) => ({ label, values: of(record) }));
  const doubtful = distributions.some(({ values }) => values.p99 !== null && values.interval95.p99 === null);
  const notes = [
    ...(doubtful ? ['? = too few values to rely on.'] : []),
    ...(record.iclPercentileMethod === record.percentileMethod
      ? []
      : ['Percentiles of ICL are from an HDR histogram.']),
  ];
  return {
    title: `Streams (${formatCount(record.streams.whole)} complete)`,
    columns: ['Time', 'Values', 'mean', 'p50', 'p95', 'p99', 'max'],
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
  const rows = rowsOf(record).filter(({ numbers }) => numbers.avgOutputTokens !== null);
  const reasoning = record.reasoningTokens !== undefined;
  const hidden = record.hiddenReasoningTokens !== undefined;
  const asked = record.askedLengths !== undefined;
  const speeds = record.userTokensPerS !== undefined;
  const notes = [
    ...(hidden ? ['TPOT covers streamed tokens only.'] : []),
    ...(speeds ? ['Per user: tokens/s of a stream, 1 / TPOT, mean and p5.'] : []),
  ];
  return {
    title: 'Output tokens',
    columns: [
      'Target',
      'Tokens',
      'per response',
      ...(reasoning ? ['of reasoning'] : []),
      ...(hidden ? ['not streamed'] : []),
      ...(asked ? ['of length asked'] : []),
      'Tokens/s',
      ...(speeds ? ['per user', 'per user p5'] : []),
      'TTFT p50',
      'TPOT p50',
    ],
    rows: rows.map(({ name, numbers }) =>
      [name, formatCount(numbers.outputTokens), outputPerResponse(numbers)?.toFixed(1) ?? ''].concat(
        reasoning ? formatCount(numbers.reasoningTokens ?? 0) : [],
        hidden ? formatCount(numbers.hiddenReasoningTokens ?? 0) : [],
        asked ? formatPercent(lengthShare(numbers)) : [],
        formatNumber(numbers.outputTokensPerS),
        speeds ? [numbers.userTokensPerS?.mean ?? null, numbers.userTokensPerS?.p5 ?? null].map(speedText) : [],
        formatMs(numbers.ttftMs?.median ?? null),
        formatMs(numbers.tpotMs?.median ?? null),
      ),
    ),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

const speedText = (perS: number | null): string => (perS === null ? noValue : formatNumber(perS));

/** Input tokens, one row for each target that named any when there are several. */
function inputTable(record: RunRecord): Table {
  const rows = rowsOf(record).filter(({ numbers }) => numbers.inputTokens !== undefined);
  const cached = record.cachedInputTokens !== undefined;
  // Embeddings and rankings have no output tokens.
  const total = rows.some(({ numbers }) => (numbers.totalTokensPerS ?? null) !== null);
  return {
    title: 'Input tokens',
    columns: ['Target', 'Tokens', ...(cached ? ['Cached'] : []), 'Tokens/s', ...(total ? ['Input and output'] : [])],
    rows: rows.map(({ name, numbers }) =>
      [name, formatCount(numbers.inputTokens ?? null)].concat(
        cached ? formatPercent(cachedShare(numbers)) : [],
        formatNumber(numbers.inputTokensPerS ?? null),
        total ? formatRate(numbers.totalTokensPerS ?? null, 'tokens') : [],
      ),
    ),
    ...(record.inputTokenSource === 'tokenizer' && { note: `${capital(inputSourceText(record) ?? '')}.` }),
  };
}

/** The line through TTFT against input tokens; none without a fit. */
function fitTable(byInput: RunRecord['ttftByInput']): Table[] {
  if (byInput?.fit === undefined) return [];
  const { fit } = byInput;
  const [low, high] = formatMsRange(...fit.interval95);
  return [
    {
      title: `TTFT by ${inputName(byInput).toLowerCase()}`,
      columns: ['Target', 'Streams', 'Without input', 'Per 1,000 tokens', '95% interval', 'R²', 'Prefill'],
      rows: [
        [
          'all',
          formatCount(byInput.streams),
          formatMs(fit.interceptMs),
          formatMs(fit.msPer1000Tokens),
          `${low}–${high}`,
          fit.r2.toFixed(2),
          formatRate(fit.prefillTokensPerS, 'tokens'),
        ],
      ],
    },
  ];
}

/** The run, and its targets when there are several. */
function rowsOf(record: RunRecord): { readonly name: string; readonly numbers: Numbers }[] {
  const targets = record.perTarget.length > 1 ? record.perTarget : [];
  return [{ name: 'all', numbers: record }, ...targets.map((numbers) => ({ name: numbers.name, numbers }))];
}

/**
 * Returns the share of responses with exactly the requested number of output tokens, 0 to 1; null if no number was
 * requested.
 */
const lengthShare = ({ askedLengths }: Numbers): number | null =>
  askedLengths === undefined ? null : askedLengths.met / askedLengths.responses;

/** Returns the mean output tokens of responses that have any. Older records have only the mean over all responses. */
export const outputPerResponse = ({ outputTokens, avgOutputTokens, tokenResponses }: Numbers): number | null =>
  tokenResponses === undefined ? avgOutputTokens : outputTokens / tokenResponses;

/** Returns the share of input tokens from the server's cache, 0 to 1; null if no response reported it. */
export function cachedShare({ inputTokens = 0, cachedInputTokens }: Numbers): number | null {
  return cachedInputTokens === undefined || inputTokens === 0 ? null : cachedInputTokens / inputTokens;
}
