import { comparedMetrics } from '../../record/comparisons/compared-metrics.ts';
import type { RunRecord } from '../../record/run.ts';
import { countOf, formatMs, formatPercent, formatRate } from '../../format.ts';
import { escape, table } from '../formats/markdown-parts.ts';
import { joinBlocks, tableLines } from '../formats/text-parts.ts';
import type { Table } from '../tables/tables.ts';

/** Returns the runs of the same plan as text for a terminal, one per line. */
export const renderRunsText = (runs: readonly RunRecord[]): string => renderTableText(runsTable(runs));

/** Returns the runs of the same plan as Markdown. */
export const renderRunsMarkdown = (runs: readonly RunRecord[]): string =>
  `### Loadlens: ${escape(runs[0]?.name ?? '')}\n\n${table(runsTable(runs))}\n`;

function runsTable(runs: readonly RunRecord[]): Table {
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
  return {
    title: countOf(runs.length, 'run'),
    columns: ['Run', ...columns.map(({ label }) => label), 'failed'],
    rows,
    note: 'Over successes.',
  };
}

/** Returns a table as text for a terminal. */
export const renderTableText = (shown: Table): string => joinBlocks([tableLines(shown)]);
