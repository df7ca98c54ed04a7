import { formatCount, formatNumber, formatPercent, formatRate, formatS } from '../../format.ts';
import { timelineEndMs } from '../../metrics/timeline.ts';
import type { ServerFigure } from '../../metrics/server/known-series.ts';
import { seriesText } from '../../metrics/server/other-series.ts';
import {
  changeOf,
  countsIn,
  ratesIn,
  ratesOf,
  type OtherSeries,
  type ServerMetrics,
} from '../../metrics/server/server-metrics.ts';
import type { RunRecord } from '../../record/run.ts';
import { bottleneckOf } from '../words/bottleneck.ts';
import { countAxis, timeAxis, valueAxis } from './axes.ts';
import type { ChartContent, Series } from './content.ts';
import { gpuCharts } from './llm/gpu.ts';

/** Returns the charts of the server's own metrics and of its GPUs, on the time axis of the client's charts; none without readings. */
export const serverCharts = (record: RunRecord): ChartContent[] => [...ownCharts(record), ...gpuCharts(record)];

function ownCharts(record: RunRecord): ChartContent[] {
  const { serverMetrics: metrics } = record;
  if (metrics === undefined || metrics.atMs.filter((ms) => ms > 0).length < 2) return [];
  const untilMs = Math.max(timelineEndMs(record), metrics.atMs.at(-1) ?? 0);
  return [
    queueChart(metrics, untilMs, record),
    cacheChart(metrics, untilMs),
    tokenChart(metrics, untilMs),
    ...(metrics.series ?? []).map((series) => seriesChart(series, untilMs)),
  ].filter((chart) => chart !== null);
}

type Line = Pick<Series, 'label' | 'color' | 'look'> & { readonly values: readonly (number | null)[] };

const most = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));

/** Returns the lines that the server has values for. */
const known = (lines: readonly Line[]): readonly Line[] =>
  lines.filter(({ values }) => values.some((value) => value !== null));

function seriesOf(lines: readonly Line[], { atMs }: Pick<ServerMetrics, 'atMs'>): Series[] {
  return lines.map(({ values, ...line }) =>
    Object.assign(line, {
      points: atMs.flatMap((ms, index) => (ms < 0 ? [] : [{ x: ms / 1000, y: values[index] ?? null }])),
    }),
  );
}

function tableOf(
  title: string,
  lines: readonly Line[],
  { atMs }: Pick<ServerMetrics, 'atMs'>,
  text: (value: number) => string,
) {
  return {
    title,
    columns: ['Time', ...lines.map(({ label }) => label)],
    rows: atMs.flatMap((ms, index) =>
      ms < 0
        ? []
        : [
            [
              formatS(ms / 1000),
              ...lines.map(({ values }) => {
                const value = values[index] ?? null;
                return value === null ? '–' : text(value);
              }),
            ],
          ],
    ),
  };
}

function queueChart(metrics: ServerMetrics, untilMs: number, record: RunRecord): ChartContent | null {
  const values = (figure: ServerFigure): readonly (number | null)[] => metrics.figures[figure] ?? [];
  const lines = known([
    { label: 'Running', color: 'blue', look: 'line', values: values('running') },
    { label: 'Queued', color: 'red', look: 'dashed', values: values('waiting') },
  ]);
  if (lines.length === 0) return null;
  const title = 'Requests at the server';
  return {
    title,
    summary:
      bottleneckOf(record)?.sentence ??
      lines.map((line) => `${line.label}: up to ${formatCount(most([line]))}.`).join(' '),
    series: seriesOf(lines, metrics),
    x: timeAxis(untilMs),
    y: countAxis('Requests', most(lines)),
    table: tableOf(title, lines, metrics, formatCount),
  };
}

const percent = (values: readonly (number | null)[]): (number | null)[] =>
  values.map((value) => (value === null ? null : 100 * value));
const percentText = (value: number): string => formatPercent(value / 100);
const rateText = (value: number): string => formatRate(value, 'tokens');

function cacheChart(metrics: ServerMetrics, untilMs: number): ChartContent | null {
  const { figures } = metrics;
  const rates = [ratesOf(metrics, 'prefixHits'), ratesOf(metrics, 'prefixQueries')] as const;
  const hitRates =
    figures.prefixHitRate ??
    rates[0].map((hits, index) => {
      const queries = rates[1][index] ?? null;
      return hits === null || queries === null || queries === 0 ? null : hits / queries;
    });
  const lines = known([
    { label: 'KV cache in use', color: 'purple', look: 'line', values: percent(figures.kvCacheUse ?? []) },
    { label: 'Prefix cache hits', color: 'green', look: 'dashed', values: percent(hitRates) },
  ]);
  if (lines.length === 0) return null;
  const title = 'Caches of the server';
  return {
    title,
    summary: lines.map((line) => `${line.label}: up to ${percentText(most([line]))}.`).join(' '),
    series: seriesOf(lines, metrics),
    x: timeAxis(untilMs),
    y: { ...valueAxis('Share', 100, percentText), max: 100, ticks: [0, 25, 50, 75, 100], tick: (value) => `${value}%` },
    table: tableOf(title, lines, metrics, percentText),
  };
}

function tokenChart(metrics: ServerMetrics, untilMs: number): ChartContent | null {
  const lines = known([
    { label: 'Prefill', color: 'yellow', look: 'dashed', values: ratesOf(metrics, 'promptTokens') },
    { label: 'Decode', color: 'green', look: 'line', values: ratesOf(metrics, 'outputTokens') },
  ]);
  if (lines.length === 0) return null;
  const title = 'Tokens at the server';
  const [prompt, output] = [changeOf(metrics, 'promptTokens'), changeOf(metrics, 'outputTokens')];
  return {
    title,
    summary: `${formatCount(prompt)} prompt tokens and ${formatCount(output)} output tokens during the run.`,
    series: seriesOf(lines, metrics),
    x: timeAxis(untilMs),
    y: valueAxis('Tokens per second', most(lines), formatNumber),
    table: tableOf(title, lines, metrics, rateText),
  };
}

/** A series that was asked for by name: a gauge as it is, a counter as its rate. */
function seriesChart(series: OtherSeries, untilMs: number): ChartContent | null {
  const { name, kind, atMs } = series;
  const isCounter = kind === 'counter';
  const shown = isCounter ? ratesIn(atMs, countsIn(series.values)) : series.values;
  const values = shown.map((value, index) => ((atMs[index] ?? 0) < 0 ? null : value));
  const lines = known([{ label: isCounter ? 'Per second' : 'Value', color: 'blue', look: 'line', values }]);
  if (lines.length === 0) return null;
  const text = seriesText(name);
  const valueText = (value: number): string => (isCounter ? `${text(value)}/s` : text(value));
  return {
    title: name,
    summary: `Up to ${valueText(most(lines))}.`,
    series: seriesOf(lines, series),
    x: timeAxis(untilMs),
    y: valueAxis(isCounter ? 'Per second' : 'Value', most(lines), text),
    table: tableOf(name, lines, series, valueText),
  };
}
