import { formatCount, formatMs, formatNumber, formatPercent, noValue } from '../../format.ts';
import {
  changeOf,
  isRestarted,
  prefixHitShare,
  serverE2eMs,
  serverTtftMs,
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
  if (metrics.atMs.length === 0 || metrics.server === null) {
    const why =
      metrics.failure === undefined ? 'None of its series is known.' : `It can't be read: ${metrics.failure}.`;
    return { title, columns: ['', ''], words: [''], rows: [['address', metrics.url]], note: why };
  }
  const rows = [
    gaugeRow(metrics, 'running', 'running requests', formatNumber),
    gaugeRow(metrics, 'waiting', 'queued requests', formatNumber),
    gaugeRow(metrics, 'kvCacheUse', 'KV cache in use', formatPercent),
  ].flat();
  const hits = prefixHitShare(metrics);
  const ttft = serverTtftMs(metrics);
  const e2e = serverE2eMs(metrics);
  return {
    title,
    columns: ['', 'Server', 'Client'],
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
      ...(ttft === null ? [] : [['TTFT mean', formatMs(ttft), formatMs(record.ttftMs?.mean ?? null)]]),
      ...(e2e === null ? [] : [['E2E mean', formatMs(e2e), formatMs(record.e2eMs?.mean ?? null)]]),
    ],
    ...noteOf(record, metrics),
  };
}

const unknown = 'Totals and means of the server are unknown, because';

function noteOf(record: RunRecord, metrics: ServerMetrics): Pick<Table, 'note'> {
  const { failedReadings, failure, isPartial } = metrics;
  const failed = failedReadings === 1 ? '1 reading failed' : `${formatCount(failedReadings)} readings failed`;
  const notes = [
    ...(failedReadings === 0 ? [] : [failure === undefined ? `${failed}.` : `${failed}: ${failure}.`]),
    ...(isPartial === true ? [`${unknown} the reading before or after the run failed.`] : []),
    ...(isRestarted(metrics)
      ? [`${unknown} its counters fell: it was restarted, or several servers respond at this address.`]
      : []),
    bottleneckOf(record)?.sentence ?? 'Too few readings under load to name a bottleneck.',
  ];
  return { note: notes.join(' ') };
}

const countRow = (label: string, atServer: number | null, atClient: number | null): string[][] =>
  atServer === null ? [] : [[label, formatCount(atServer), atClient === null ? noValue : formatCount(atClient)]];

/** A row with mean and maximum of a gauge over the readings during the run. */
function gaugeRow(
  { atMs, figures }: ServerMetrics,
  figure: ServerFigure,
  label: string,
  text: (value: number) => string,
): string[][] {
  const values = (figures[figure] ?? []).filter((value, index) => value !== null && (atMs[index] ?? 0) > 0);
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return [];
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return [[label, `mean ${text(mean)}, max ${text(Math.max(...known))}`, noValue]];
}
