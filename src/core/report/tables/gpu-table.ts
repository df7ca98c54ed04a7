import { formatCount, formatPercent, formatWatts } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import type { Table } from './tables.ts';

/** Returns the table of the server's GPUs; none without readings. */
export function gpuTables({ gpuMetrics: metrics }: RunRecord): Table[] {
  if (metrics === undefined) return [];
  return [
    {
      title: `GPU (${metrics.source})`,
      columns: ['GPU', 'Model', 'Utilization', 'Memory in use', 'Power'],
      words: ['Model'],
      rows: metrics.gpus.map(({ gpu, name = '', utilization, memoryUsedMiB, memoryTotalMiB, powerW }) => [
        gpu,
        name,
        formatPercent(utilization),
        `${formatCount(memoryUsedMiB)} of ${formatCount(memoryTotalMiB)} MiB`,
        formatWatts(powerW),
      ]),
      note: 'Utilization and power are means, memory is the maximum.',
    },
  ];
}
