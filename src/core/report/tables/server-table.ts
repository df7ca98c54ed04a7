import { formatCount, formatMs, formatNumber, formatPercent, noValue } from '../../format.ts';
import { meanOf } from '../../metrics/statistics/blocks.ts';
import { seriesText } from '../../metrics/server/other-series.ts';
import {
  changeIn,
  changeOf,
  countsIn,
  isRestarted,
  prefixHitShare,
  serverE2eMs,
  serverQueueMs,
  serverTtftMs,
  type OtherSeries,
  type ServerMetrics,
} from '../../metrics/server/server-metrics.ts';
import type { ServerFigure } from '../../metrics/server/known-series.ts';
import type { RunRecord } from '../../record/run.ts';
import { bottleneckOf } from '../words/bottleneck.ts';
import { gpuTables } from './gpu-table.ts';
import { cachedShare } from './stream-tables.ts';
import type { Table } from './tables.ts';

/**
 * Returns the server's own metrics with the bottleneck and its token counts next to the client's, and its GPUs; none
 * without readings.
 */
export function serverTables(record: RunRecord): Table[] {
  const { serverMetrics } = record;
  return [...(serverMetrics === undefined ? [] : [serverTable(record, serverMetrics)]), ...gpuTables(record)];
}

function serverTable(record: RunRecord, metrics: ServerMetrics): Table {
  const title = `Server metrics (${metrics.server ?? metrics.url})`;
  const others = seriesRows(metrics);
  if (metrics.atMs.length === 0 || (metrics.server === null && others.length === 0)) {
    const why =
      metrics.failure === undefined ? 'None of its series is known.' : `It can't be read: ${metrics.failure}.`;
    return { title, columns: ['', ''], words: [''], rows: [['address', metrics.url]], note: why };
  }
  const rows = [
    gaugeRow(metrics, 'running', 'running requests', formatNumber, formatCount),
    gaugeRow(metrics, 'waiting', 'queued requests', formatNumber, formatCount),
    gaugeRow(metrics, 'kvCacheUse', 'KV cache in use', formatPercent),
  ].flat();
  const hits = prefixHitShare(metrics);
  const ttft = serverTtftMs(metrics);
  const e2e = serverE2eMs(metrics);
  const queue = serverQueueMs(metrics);
  return {
    title,
    columns: ['Metric', 'Server', 'Client'],
    rows: [
      ...rows,
      ...(hits === null ? [] : [['prefix cache hits', formatPercent(hits), formatPercent(cachedShare(record))]]),
      // Counts of the prompts have no chat template, which the server's have.
      ...countRow(
        'prompt tokens',
        changeOf(metrics, 'promptTokens'),
        record.inputTokenSource === 'tokenizer' ? null : (record.inputTokens ?? null),
      ),
      ...countRow('output tokens', changeOf(metrics, 'outputTokens'), record.outputTokens),
      ...countRow('preemptions', changeOf(metrics, 'preemptions'), null),
      ...(queue === null ? [] : [['time in queue mean', formatMs(queue), noValue]]),
      ...(ttft === null ? [] : [['TTFT mean', formatMs(ttft), formatMs(record.ttftMs?.mean ?? null)]]),
      ...(e2e === null ? [] : [['E2E mean', formatMs(e2e), formatMs(record.e2eMs?.mean ?? null)]]),
      ...others,
    ],
    ...noteOf(record, metrics),
  };
}

const unknown = 'Totals and means of the server are unknown, because';

function noteOf(record: RunRecord, metrics: ServerMetrics): Pick<Table, 'note'> {
  const { failedReadings, failure, isPartial, server } = metrics;
  const failed = failedReadings === 1 ? '1 reading failed' : `${formatCount(failedReadings)} readings failed`;
  const notes = [
    ...(failedReadings === 0 ? [] : [failure === undefined ? `${failed}.` : `${failed}: ${failure}.`]),
    ...(isPartial === true ? [`${unknown} the reading before or after the run failed.`] : []),
    ...(isRestarted(metrics)
      ? [`${unknown} its counters fell: it was restarted, or several servers respond at this address.`]
      : []),
    // The sentence on the bottleneck is at the start of each report.
    ...(server === null || bottleneckOf(record) !== null ? [] : ['Too few readings under load to name a bottleneck.']),
  ];
  return notes.length === 0 ? {} : { note: notes.join(' ') };
}

const countRow = (label: string, atServer: number | null, atClient: number | null): string[][] =>
  atServer === null ? [] : [[label, formatCount(atServer), atClient === null ? noValue : formatCount(atClient)]];

/** A row with mean and maximum of a gauge over the readings during the run. */
function gaugeRow(
  { atMs, figures }: ServerMetrics,
  figure: ServerFigure,
  label: string,
  text: (value: number) => string,
  mostText = text,
): string[][] {
  const during = gaugeText(atMs, figures[figure] ?? [], text, mostText);
  return during === undefined ? [] : [[label, during, noValue]];
}

function gaugeText(
  atMs: readonly number[],
  values: readonly (number | null)[],
  text: (value: number) => string,
  mostText = text,
): string | undefined {
  const known = values.flatMap((value, index) => (value !== null && (atMs[index] ?? 0) > 0 ? [value] : []));
  if (known.length === 0) return undefined;
  return `mean ${text(meanOf(known))}, max ${mostText(Math.max(...known))}`;
}

/** A row for each series that was asked for by name. */
const seriesRows = ({ series = [], isPartial = false }: ServerMetrics): string[][] =>
  series.map((each) => [each.name, seriesValue(each, isPartial), noValue]);

function seriesValue({ name, kind, atMs, values }: OtherSeries, isPartial: boolean): string {
  if (values.every((value) => value === null)) return 'not found';
  const text = seriesText(name);
  if (kind === 'gauge') return gaugeText(atMs, values, text) ?? noValue;
  const change = isPartial ? null : changeIn(countsIn(values));
  const [firstMs = 0, lastMs = 0] = [atMs[0], atMs.at(-1)];
  return change === null || lastMs <= firstMs
    ? noValue
    : `+${text(change)}, ${text(change / ((lastMs - firstMs) / 1000))}/s`;
}
