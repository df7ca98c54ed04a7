import { comparedMetrics } from '../../record/compared-metrics.ts';
import type { RunRecord } from '../../record/run.ts';
import { countOf, formatMs, formatPercent, formatRate } from '../../format.ts';
import { joinBlocks, tableLines } from '../formats/text-parts.ts';
import type { Table } from '../tables/tables.ts';

/** Returns the runs of the same plan as text for a terminal, one per line. */
export function renderRunsText(runs: readonly RunRecord[]): string {
  const columns = (['throughput', 'p50', 'p95', 'ttft', 'tpot'] as const)
    .map((name) => {
      const { label, unit, valueOf } = comparedMetrics[name];
      return { label, unit, values: runs.map(valueOf) };
    })
    .filter(({ values }) => values.some((value) => value !== null));
  const rows = runs.map((run, i) => [
    String(i + 1),
    ...columns.map(({ unit, values }) => {
      const value = values[i] ?? null;
      return unit === 'ms' ? formatMs(value) : formatRate(value);
    }),
    formatPercent(run.requestsSent === 0 ? null : 1 - run.successes / run.requestsSent),
  ]);
  return renderTableText({
    title: countOf(runs.length, 'run'),
    columns: ['Run', ...columns.map(({ label }) => label), 'failed'],
    rows,
    note: 'Over successes.',
  });
}

/** Returns a table as text for a terminal. */
export const renderTableText = (table: Table): string => joinBlocks([tableLines(table)]);
