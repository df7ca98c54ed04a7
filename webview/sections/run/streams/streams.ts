import { inputSourceText } from '../../../../src/core/report/words/llm/input-source.ts';
import type { Distribution, Numbers, QuantileName, StreamNumbers } from '../../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import {
  capital,
  countOf,
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatRate,
} from '../../../../src/core/format.ts';
import { streamCharts, type ChartedRun } from '../../../../src/core/report/charts/run-charts.ts';
import { cachedShare, outputPerResponse } from '../../../../src/core/report/tables/stream-tables.ts';
import { chartFigure, type ChartFigure } from '../../../charts/kit/figure.ts';
import { tokenTimeline } from '../../../charts/streams/token-timeline.ts';
import { h } from '../../../dom.ts';
import { createTable, type Cell } from '../../../table.ts';
import { percentileMethodWords, tokenSourceWords } from '../../../words.ts';
import { reliability } from '../reliability.ts';
import { note, section } from '../../kit/section.ts';
import { needsGaps, needsStreams } from './stream-tiles.ts';

/** A part of the panel with charts in it. */
export interface ChartedPart {
  readonly element: HTMLElement;
  readonly charts: readonly ChartFigure[];
}

/** A run with streams, or one of its targets. */
type Streamed = Numbers &
  StreamNumbers &
  ChartedRun &
  Pick<RunRecord, 'tokenSource' | 'plan'> &
  Partial<
    Pick<
      RunRecord,
      | 'streamedRequests'
      | 'iclPercentileMethod'
      | 'ttftBins'
      | 'iclBins'
      | 'ttftByInput'
      | 'tokenCheck'
      | 'inputCheck'
      | 'inputTokenSource'
    >
  >;

/** Creates the section on streamed responses: their times and tokens. */
export function streams(record: Streamed): ChartedPart {
  const charts = streamCharts(record).map((chart) => chartFigure(chart));
  const requests = record.streamedRequests ?? [];
  return {
    charts,
    element: section(
      'Streams',
      partial(record),
      h(
        'div',
        { class: 'charts' },
        ...charts.map((chart) => chart.element),
        h('div', { class: 'block' }, h('h3', {}, 'Tokens'), tokenFacts(record)),
        requests.length === 0 ? null : tokenTimeline(record, requests),
      ),
      h('h3', {}, 'Stream times'),
      h('p', { class: 'remark' }, 'Complete streams only. The 95% interval is below each percentile.'),
      timesTable(record),
    ),
  };
}

function partial({ streams: { partial: count, partialChunks } }: StreamNumbers): HTMLElement | null {
  if (count === 0) return null;
  return note('warning', `Excluded: ${countOf(count, 'interrupted stream')} (${countOf(partialChunks, 'chunk')}).`);
}

function tokenFacts(record: Streamed): HTMLElement {
  const { outputTokens, reasoningTokens, outputTokensPerS, iclPercentileMethod } = record;
  const facts: [string, string][] = [
    ['Output tokens', `${formatCount(outputTokens)}, ${formatRate(outputTokensPerS, 'tokens')}`],
    ...speedFacts(record),
    ['Per response', formatNumber(outputPerResponse(record))],
    ['Counted by', tokenSourceWords(record)],
    [
      'Reasoning',
      reasoningTokens === undefined
        ? 'Not reported by server'
        : `${formatCount(reasoningTokens)} tokens, ${formatPercent(outputTokens === 0 ? null : reasoningTokens / outputTokens)} of the output`,
    ],
    ...(record.hiddenReasoningTokens === undefined
      ? []
      : ([
          ['Not streamed', `${formatCount(record.hiddenReasoningTokens)} reasoning tokens, excluded from TPOT`],
        ] satisfies [string, string][])),
    ...inputFacts(record),
    ['Streams', `${formatCount(record.streams.whole)} complete`],
    ...(iclPercentileMethod === undefined
      ? []
      : [['ICL percentiles', percentileMethodWords(iclPercentileMethod)] satisfies [string, string]]),
  ];
  return h('dl', { class: 'provenance' }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

const rate = (perS: number | null): string => formatRate(perS, 'tokens');

/** The output speed that one user sees, and the input speed of the server. */
function speedFacts({ userTokensPerS: speed, ttftByInput }: Streamed): [string, string][] {
  return [
    ...(speed === undefined
      ? []
      : [['Per user', `${rate(speed.mean)}, at least ${rate(speed.p5)} in 95% of streams`] satisfies [string, string]]),
    ...(ttftByInput?.fit === undefined
      ? []
      : [['Prefill', `${rate(ttftByInput.fit.prefillTokensPerS)} by TTFT`] satisfies [string, string]]),
  ];
}

/** Input tokens and who counted them; nothing if nobody did. */
function inputFacts(record: Streamed): [string, string][] {
  const { inputTokens, inputTokensPerS = null, totalTokensPerS = null } = record;
  if (inputTokens === undefined) return [];
  const cached = cachedShare(record);
  const source = inputSourceText(record);
  return [
    ['Input tokens', `${formatCount(inputTokens)}, ${formatRate(inputTokensPerS, 'tokens')}`],
    ...(source === undefined ? [] : [['Input source', capital(source)] satisfies [string, string]]),
    ...(cached === null ? [] : [['Cached input', formatPercent(cached)] satisfies [string, string]]),
    ['Input and output', formatRate(totalTokensPerS, 'tokens')],
  ];
}

function timesTable(record: StreamNumbers): HTMLElement {
  return createTable(
    'Stream times',
    [
      { title: 'Time', kind: 'words' },
      { title: 'Count', kind: 'number' },
      { title: 'Mean', kind: 'number' },
      { title: 'p50', kind: 'number' },
      { title: 'p95', kind: 'number' },
      { title: 'p99', kind: 'number' },
      { title: 'Max', kind: 'number' },
    ],
    [
      row('TTFT', 'time to first token', record.ttftMs),
      row('ICL', 'inter-chunk latency, all streams', record.iclMs, needsGaps),
      row('TPOT', 'time per output token after the first', record.tpotMs),
      row('E2E', 'end-to-end latency, to the last token', record.e2eMs),
      row('Stall', 'longest ICL of each stream', record.stallMs),
    ],
  ).element;
}

function row(name: string, remark: string, distribution: Distribution, needs = needsStreams): Cell[] {
  const quantile = (which: QuantileName): Cell => {
    if (distribution.count === 0) return formatMs(null);
    const { reliable, words } = reliability(distribution, which, needs);
    return { text: formatMs(distribution[which]), remark: reliable ? words : `not reliable, ${words}` };
  };
  return [
    { text: name, remark },
    formatCount(distribution.count),
    formatMs(distribution.mean),
    quantile('median'),
    quantile('p95'),
    quantile('p99'),
    formatMs(distribution.max),
  ];
}
