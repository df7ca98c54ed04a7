import { formatMs, formatPercent, formatWatts, noValue } from '../../../format.ts';
import type { GpuMetrics } from '../../../metrics/server/gpu-metrics.ts';
import { timelineEndMs } from '../../../metrics/timeline.ts';
import type { RunRecord } from '../../../record/run.ts';
import { timeAxis, valueAxis } from '../axes.ts';
import type { ChartContent, Point, Series } from '../content.ts';

/** Returns the charts of the server's GPUs, on the time axis of the client's charts; none without two readings. */
export function gpuCharts(record: RunRecord): ChartContent[] {
  const { gpuMetrics: metrics } = record;
  if (metrics === undefined || metrics.atMs.filter((ms) => ms >= 0).length < 2) return [];
  const untilMs = Math.max(timelineEndMs(record), metrics.atMs.at(-1) ?? 0);
  return [useChart(metrics, untilMs), powerChart(metrics, untilMs)].filter((chart) => chart !== null);
}

type Values = readonly (number | null)[];

const isKnown = (values: Values): boolean => values.some((value) => value !== null);
const most = (values: Values): number => Math.max(0, ...values.map((value) => value ?? 0));

const pointsOf = ({ atMs }: GpuMetrics, values: Values, factor = 1): Point[] =>
  atMs.flatMap((ms, index) => {
    const value = values[index] ?? null;
    return ms < 0 ? [] : [{ x: ms / 1000, y: value === null ? null : factor * value }];
  });

const percentText = (value: number): string => formatPercent(value / 100);

const rowsOf = (
  { atMs }: GpuMetrics,
  lines: readonly { readonly values: Values; readonly text: (value: number) => string }[],
) =>
  atMs.flatMap((ms, index) =>
    ms < 0
      ? []
      : [
          [
            formatMs(ms),
            ...lines.map(({ values, text }) => {
              const value = values[index] ?? null;
              return value === null ? noValue : text(value);
            }),
          ],
        ],
  );

function useChart(metrics: GpuMetrics, untilMs: number): ChartContent | null {
  const lines = [
    { label: 'Utilization', color: 'green', look: 'line', values: metrics.utilization, text: formatPercent },
    { label: 'Memory in use', color: 'purple', look: 'dashed', values: metrics.memoryUse, text: formatPercent },
  ] as const;
  const known = lines.filter(({ values }) => isKnown(values));
  if (known.length === 0) return null;
  const title = 'GPU utilization and memory';
  return {
    title,
    summary: known.map(({ label, values }) => `${label}: up to ${formatPercent(most(values))}.`).join(' '),
    series: known.map(({ label, color, look, values }): Series => ({
      label,
      color,
      look,
      points: pointsOf(metrics, values, 100),
    })),
    x: timeAxis(untilMs),
    y: { ...valueAxis('Share', 100, percentText), max: 100, ticks: [0, 25, 50, 75, 100], tick: (value) => `${value}%` },
    table: { title, columns: ['Time', ...known.map(({ label }) => label)], rows: rowsOf(metrics, known) },
  };
}

function powerChart(metrics: GpuMetrics, untilMs: number): ChartContent | null {
  const { powerW } = metrics;
  if (!isKnown(powerW)) return null;
  const title = 'GPU power';
  return {
    title,
    summary: `Up to ${formatWatts(most(powerW))}.`,
    series: [{ label: 'Power', color: 'yellow', look: 'line', points: pointsOf(metrics, powerW) }],
    x: timeAxis(untilMs),
    y: valueAxis('Power', most(powerW), formatWatts),
    table: { title, columns: ['Time', 'Power'], rows: rowsOf(metrics, [{ values: powerW, text: formatWatts }]) },
  };
}
