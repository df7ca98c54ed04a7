import type { ComparisonRow, ComparisonUnit } from '../../../src/core/report/tables/compare-runs.ts';
import { formatCount, formatMs, formatNumber, formatPercent, formatRate, noValue } from '../../../src/core/format.ts';
import { createTable } from '../../table.ts';

/** Numbers of two runs with what lies between them: difference and ratio, never a verdict. */
export function comparedRows(rows: readonly ComparisonRow[]): HTMLElement {
  const { element, table } = createTable(
    'Numbers of both runs',
    [
      { title: 'Number', kind: 'words' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
      { title: 'Difference', kind: 'number' },
      { title: 'After / before', kind: 'number' },
    ],
    rows.map(({ label, unit, before, after, delta, ratio }) => [
      label,
      formats[unit](before),
      formats[unit](after),
      difference(delta, unit),
      ratio === null ? noValue : `${ratio.toFixed(3)}×`,
    ]),
  );
  table.classList.add('compared');
  return element;
}

const formats: Readonly<Record<ComparisonUnit, (value: number | null) => string>> = {
  ms: formatMs,
  'req/s': formatRate,
  'tokens/s': (value) => formatRate(value, 'tokens'),
  ratio: formatPercent,
  count: formatCount,
};

function difference(delta: number | null, unit: ComparisonUnit): string {
  if (delta === null) return noValue;
  if (delta === 0) return '0';
  const size = Math.abs(delta);
  // A difference of ratios is in percentage points.
  const words = unit === 'ratio' ? `${formatNumber(size * 100)} points` : formats[unit](size);
  return `${delta > 0 ? '+' : '−'}${words}`;
}
