import { comparedMetricNames } from '../../record/comparisons/compared-metrics.ts';
import type { ComparisonRecord } from '../../record/comparisons/comparison.ts';
import { formatUtc } from '../../format.ts';
import { chaptersHtml, sectionLines, type Chapters, type Section } from '../formats/chapters.ts';
import { csvText, type Cell } from '../formats/csv-parts.ts';
import { jsonPieces, jsonText } from '../formats/json.ts';
import { escape, list, table } from '../formats/markdown-parts.ts';
import { joinBlocks } from '../formats/text-parts.ts';
import type { ChartContent } from '../charts/content.ts';
import { headlineMetric } from '../../record/comparisons/leading-metric.ts';
import { intervalChart, sliceChart, spreadChart } from './comparison-charts.ts';
import { comparisonFigures, comparisonVerdict, workloadDifferences } from './comparison-summary.ts';
import { comparisonFacts, metricTable, sliceTable } from './comparison-tables.ts';

/** Returns the chapters of a comparison below its verdict. */
function comparisonSections(record: ComparisonRecord): Section[] {
  const differences = workloadDifferences(record);
  return [
    ...(record.warnings.length === 0 ? [] : [{ title: 'Warnings', sentences: record.warnings }]),
    { title: 'Metrics', charts: [intervalChart(record)], tables: [metricTable(record)] },
    {
      title: record.kind === 'interleaved' ? 'Pairs' : 'Runs',
      charts: chartsOfSlices(record),
      tables: [sliceTable(record)],
    },
    ...(differences.length === 0 ? [] : [{ title: 'Differences in workload', sentences: differences }]),
    { title: 'Comparison', facts: [...settledFacts(record), ...comparisonFacts(record)] },
  ];
}

/** The leading metric slice by slice, and how its values are distributed. */
function chartsOfSlices(record: ComparisonRecord): (ChartContent | null)[] {
  const metric = headlineMetric(record)?.metric;
  return metric === undefined ? [] : [sliceChart(record, metric), spreadChart(record, metric)];
}

/** The smallest detectable change, and what would make the comparison conclusive. */
const settledFacts = (record: ComparisonRecord): [label: string, value: string][] =>
  comparisonFigures(record)
    .filter(({ lead }) => !lead)
    .map(({ label, value, remark }) => [label.toLowerCase(), remark === '' ? value : `${value} (${remark})`]);

const chaptersOf = (record: ComparisonRecord): Chapters => ({
  title: `A/B comparison: ${record.name}`,
  subtitle: formatUtc(record.startedAt),
  verdict: comparisonVerdict(record),
  sections: comparisonSections(record),
});

/** Returns the comparison for a terminal. Its first line is the verdict. */
export function renderComparisonText(record: ComparisonRecord): string {
  return joinBlocks([[record.verdict.sentence], ...comparisonSections(record).map(sectionLines)]);
}

/** Returns the comparison to paste into a pull request: the verdict first, details folded. */
function renderComparisonMarkdown(record: ComparisonRecord): string {
  const blocks = [
    `### Loadlens: ${escape(record.name)}`,
    `**${escape(record.verdict.sentence)}**`,
    ...record.warnings.map((warning) => `> **Note:** ${escape(warning)}`),
    table({ ...metricTable(record), title: '' }),
    `<details><summary>${record.kind === 'interleaved' ? 'Pairs' : 'Runs'}, plan and machine</summary>`,
    table({ ...sliceTable(record), title: '' }),
    list(comparisonFacts(record)),
    '</details>',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** One slice or run a line. */
function renderComparisonCsv({ a, b, pairs }: ComparisonRecord): string {
  const rows = (
    [
      ['a', a],
      ['b', b],
    ] as const
  ).flatMap(([side, { slices }]) =>
    slices.map((slice, i): Cell[] => [
      i + 1,
      side,
      pairs ? String(pairs.order[i] === side) : null,
      slice.startedAt,
      slice.requestsSent,
      slice.successes,
      slice.bound,
      ...comparedMetricNames.map((name) => slice.values[name] ?? null),
    ]),
  );
  const head = ['number', 'side', 'first', 'startedAt', 'requestsSent', 'successes', 'bound', ...comparedMetricNames];
  return csvText([head, ...rows]);
}

/** Every report of a comparison that can be written to a file. */
export const comparisonReports = {
  json: { extension: 'json', render: jsonText, pieces: jsonPieces },
  csv: { extension: 'csv', render: renderComparisonCsv },
  html: { extension: 'html', render: (record: ComparisonRecord) => chaptersHtml(chaptersOf(record)) },
  markdown: { extension: 'md', render: renderComparisonMarkdown },
} as const;
