import { t } from '@vscode/l10n';
import { timelineEndMs } from '../../../src/core/metrics/timeline.ts';
import type { Distribution, QuantileName, StreamNumbers } from '../../../src/core/metrics/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs, formatNumber, formatPercent, formatRate } from '../../../src/core/format.ts';
import { timeMarks } from '../../../src/core/report/server-gone.ts';
import { cachedShare } from '../../../src/core/report/tables/stream-tables.ts';
import type { ChartFigure } from '../../charts/kit/figure.ts';
import { iclHistogram, ttftHistogram } from '../../charts/streams/stream-histograms.ts';
import { tokensOverTime } from '../../charts/streams/tokens-over-time.ts';
import { tokenTimeline } from '../../charts/streams/token-timeline.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { percentileMethodWords, tokenSourceWords } from '../../words.ts';
import { reliability } from './reliability.ts';
import { note, section } from '../kit/section.ts';
import { needsGaps, needsStreams, streamTiles } from './stream-tiles.ts';
import { createTiles } from '../kit/tiles.ts';

/** A part of the panel with charts in it. */
export interface ChartedPart {
  readonly element: HTMLElement;
  readonly charts: readonly ChartFigure[];
}

/** What streamed answers looked like in time, and the tokens in them. */
export function streams(record: RunRecord & StreamNumbers): ChartedPart {
  const charts = [
    ...(record.ttftBins === undefined || record.ttftMs.count === 0 ? [] : [ttftHistogram(record.ttftBins, record)]),
    ...(record.iclBins === undefined || record.iclMs.count === 0 ? [] : [iclHistogram(record.iclBins, record)]),
    ...(record.timeline.outputTokens === undefined
      ? []
      : [tokensOverTime(record.timeline, timelineEndMs(record), timeMarks(record))]),
  ];
  const requests = record.streamedRequests ?? [];
  return {
    charts,
    element: section(
      t('Streams'),
      createTiles(streamTiles(record, record.tokenSource)).element,
      partial(record),
      h(
        'div',
        { class: 'charts' },
        ...charts.map((chart) => chart.element),
        h('div', { class: 'block' }, h('h3', {}, t('Tokens')), tokenFacts(record)),
        requests.length === 0 ? null : tokenTimeline(record, requests),
      ),
      h('h3', {}, t('Times of streams')),
      h('p', { class: 'remark' }, t('Of streams that were whole. Below each percentile stands its 95% interval.')),
      timesTable(record),
    ),
  };
}

function partial({ streams: { partial: count, partialChunks } }: StreamNumbers): HTMLElement | null {
  if (count === 0) return null;
  return note(
    'warning',
    t(
      'Cut off after they had begun, and in no time and no token number: {0} streams with {1} chunks.',
      formatCount(count),
      formatCount(partialChunks),
    ),
  );
}

function tokenFacts(record: RunRecord & StreamNumbers): HTMLElement {
  const { outputTokens, reasoningTokens, avgOutputTokens, outputTokensPerS, iclPercentileMethod } = record;
  const facts: [string, string][] = [
    [t('Output tokens'), t('{0}, {1}', formatCount(outputTokens), formatRate(outputTokensPerS, t('tokens')))],
    [t('Per response'), formatNumber(avgOutputTokens)],
    [t('Counted by'), tokenSourceWords(record.tokenSource)],
    [
      t('Reasoning'),
      reasoningTokens === undefined
        ? t('none named')
        : t(
            '{0} tokens, {1} of the output',
            formatCount(reasoningTokens),
            formatPercent(outputTokens === 0 ? null : reasoningTokens / outputTokens),
          ),
    ],
    ...(record.hiddenReasoningTokens === undefined
      ? []
      : ([
          [t('Not streamed'), t('{0} reasoning tokens, excluded from TPOT', formatCount(record.hiddenReasoningTokens))],
        ] satisfies [string, string][])),
    ...inputFacts(record),
    [t('Streams'), t('{0} whole', formatCount(record.streams.whole))],
    ...(iclPercentileMethod === undefined
      ? []
      : [[t('ICL percentiles'), percentileMethodWords(iclPercentileMethod)] satisfies [string, string]]),
  ];
  return h('dl', { class: 'provenance' }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** What responses named of their input; nothing when they named none. */
function inputFacts(record: RunRecord): [string, string][] {
  const { inputTokens, inputTokensPerS = null, totalTokensPerS = null } = record;
  if (inputTokens === undefined) return [];
  const cached = cachedShare(record);
  return [
    [t('Input tokens'), t('{0}, {1}', formatCount(inputTokens), formatRate(inputTokensPerS, t('tokens')))],
    ...(cached === null ? [] : [[t('Cached input'), formatPercent(cached)] satisfies [string, string]]),
    [t('Input and output'), formatRate(totalTokensPerS, t('tokens'))],
  ];
}

function timesTable(record: RunRecord & StreamNumbers): HTMLElement {
  return createTable(
    t('Times of streams'),
    [
      { title: t('Time'), kind: 'words' },
      { title: t('Count'), kind: 'number' },
      { title: t('Mean'), kind: 'number' },
      { title: t('p50'), kind: 'number' },
      { title: t('p95'), kind: 'number' },
      { title: t('p99'), kind: 'number' },
      { title: t('Longest'), kind: 'number' },
    ],
    [
      row(t('TTFT'), t('to the first token'), record.ttftMs),
      row(t('ICL'), t('between chunks, all streams together'), record.iclMs, needsGaps),
      row(t('TPOT'), t('per output token after the first'), record.tpotMs),
      row(t('E2E'), t('to the last token'), record.e2eMs),
      row(t('Stall'), t('longest gap of each stream'), record.stallMs),
    ],
  ).element;
}

function row(name: string, remark: string, distribution: Distribution, needs = needsStreams): Cell[] {
  const quantile = (which: QuantileName): Cell => {
    if (distribution.count === 0) return formatMs(null);
    const { reliable, words } = reliability(distribution, which, needs);
    return { text: formatMs(distribution[which]), remark: reliable ? words : t('not reliable, {0}', words) };
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
