import { formatUtc } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import { comparedHistogram, comparedTimeline } from '../charts/two-runs.ts';
import { chaptersHtml, chaptersMarkdown, type Chapters } from '../formats/chapters.ts';
import { csvText } from '../formats/csv-parts.ts';
import { compareRuns, type ComparisonRow } from '../tables/compare-runs.ts';
import { changedText, intervalRemark, intervalText, measuredText } from '../tables/compared-words.ts';
import type { Table } from '../tables/tables.ts';
import { loadText } from '../words/load-words.ts';
import { verdictText } from '../words/verdict.ts';

/** Two runs side by side. */
interface TwoRuns {
  readonly before: RunRecord;
  readonly after: RunRecord;
}

const columns = ['Number', 'Before', '95% interval before', 'After', '95% interval after', 'Change'];
const unsureNote = '? = too few responses to rely on.';

function tableOf(title: string, rows: readonly ComparisonRow[]): Table {
  return {
    title,
    columns,
    rows: rows.map((row) => [
      row.label,
      measuredText(row.unit, row.before),
      intervalText(row.before),
      measuredText(row.unit, row.after),
      intervalText(row.after),
      changedText(row),
    ]),
    ...(rows.some(({ before, after }) => before.unsure || after.unsure) && { note: unsureNote }),
  };
}

const sideText = (record: RunRecord): string =>
  [record.name, formatUtc(record.startedAt), loadText(record.plan), verdictText(record)].join(' · ');

function chaptersOf({ before, after }: TwoRuns): Chapters {
  const { rows, targets, differences } = compareRuns(before, after);
  return {
    title: 'Two runs side by side',
    subtitle: `${before.name} and ${after.name}`,
    sections: [
      {
        title: 'Runs',
        facts: [
          ['before', sideText(before)],
          ['after', sideText(after)],
        ],
        sentences: ["Two runs can't show run-to-run variation. Repeat both.", intervalRemark],
      },
      ...(differences.length === 0
        ? []
        : [{ title: 'Differences in workload', sentences: ['No changes are shown.', ...differences] }]),
      { title: 'Numbers', tables: [tableOf('Numbers', rows)] },
      { title: 'Distribution and trends', charts: [comparedHistogram(before, after), comparedTimeline(before, after)] },
      ...(targets.length === 0
        ? []
        : [{ title: 'Targets', tables: targets.map(({ name, rows: its }) => tableOf(name, its)) }]),
    ],
  };
}

const csvLine = (target: string, row: ComparisonRow): (string | number | null)[] => [
  target,
  row.label,
  row.unit,
  row.before.value,
  ...(row.before.interval ?? [null, null]),
  row.after.value,
  ...(row.after.interval ?? [null, null]),
  row.change,
  row.before.unsure || row.after.unsure ? 'too few responses' : '',
];

/** Returns every number of both runs, of the run first and then by target; units are in a column of their own. */
function csvOf({ before, after }: TwoRuns): string {
  const { rows, targets } = compareRuns(before, after);
  return csvText([
    [
      'target',
      'number',
      'unit',
      'before',
      'before low',
      'before high',
      'after',
      'after low',
      'after high',
      'change',
      'mark',
    ],
    ...rows.map((row) => csvLine('', row)),
    ...targets.flatMap(({ name, rows: its }) => its.map((row) => csvLine(name, row))),
  ]);
}

/** Reports of two runs side by side, by format. */
export const twoRunsReports = {
  csv: { extension: 'csv', render: csvOf },
  html: { extension: 'html', render: (runs: TwoRuns) => chaptersHtml(chaptersOf(runs)) },
  markdown: { extension: 'md', render: (runs: TwoRuns) => chaptersMarkdown(chaptersOf(runs)) },
} as const;

/** A format that two runs can be exported in. */
export type TwoRunsFormat = keyof typeof twoRunsReports;
