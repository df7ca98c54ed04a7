import type { GpuMetrics } from '../metrics/server/gpu-metrics.ts';
import type { ServerMetrics } from '../metrics/server/server-metrics.ts';
import type { RunRecord } from './run.ts';

/** Maximum number of readings in the history: one for each point of a chart. */
const most = 120;

/** Returns the readings of the server and its GPUs for the history: at most 120 at even distances, first and last included. */
export function compactReadings({
  serverMetrics,
  gpuMetrics,
}: Pick<RunRecord, 'serverMetrics' | 'gpuMetrics'>): Pick<RunRecord, 'serverMetrics' | 'gpuMetrics'> {
  return {
    ...(serverMetrics && { serverMetrics: thinServer(serverMetrics) }),
    ...(gpuMetrics && { gpuMetrics: thinGpus(gpuMetrics) }),
  };
}

function thinServer(metrics: ServerMetrics): ServerMetrics {
  const { atMs, figures, series } = metrics;
  const kept = Object.entries(figures).map(([name, values]) => [name, thin(values)] as const);
  return {
    ...metrics,
    atMs: thin(atMs),
    figures: Object.fromEntries(kept),
    ...(series && {
      series: series.map(({ name, kind, ...each }) => ({
        name,
        kind,
        atMs: thin(each.atMs),
        values: thin(each.values),
      })),
    }),
  };
}

function thinGpus(metrics: GpuMetrics): GpuMetrics {
  const { atMs, utilization, memoryUse, powerW } = metrics;
  return {
    ...metrics,
    atMs: thin(atMs),
    utilization: thin(utilization),
    memoryUse: thin(memoryUse),
    powerW: thin(powerW),
  };
}

function thin<T>(values: readonly T[]): readonly T[] {
  if (values.length <= most) return values;
  const step = (values.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => Math.round(index * step)).flatMap((at) => values.slice(at, at + 1));
}
