import { csvText, type Cell } from './csv-parts.ts';
import { escapeHtml } from './escape.ts';
import { formatUtc } from '../../format.ts';
import { chartSections, factSection, page, section, verdictHtml } from './html-parts.ts';
import { jsonPieces, jsonText } from './json.ts';
import { escape, list, table } from './markdown-parts.ts';
import type { ChartContent } from '../charts/content.ts';
import { levelCharts } from '../charts/levels.ts';
import { rateCharts } from '../charts/rates.ts';
import { rateTable, wholeRateTable } from '../tables/rate-tables.ts';
import type { Table } from '../tables/tables.ts';
import {
  levelObjectiveTable,
  levelTable,
  scalingTable,
  wholeLevelTable,
  sweepFacts,
  sweepNotes,
  uslFacts,
} from '../tables/sweep-tables.ts';
import { tokenCharts } from '../charts/llm/token-levels.ts';
import { statusWords } from '../words/outcome-words.ts';
import { furtherSentences, sweepVerdict } from '../words/sweep-verdict.ts';
import { renderVllmLines } from '../other-tools/vllm-bench.ts';
import type { RunRecord } from '../../record/run.ts';
import { achievedPerS, holds, rateOf } from '../../record/sweeps/rate-levels.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { factLines, joinBlocks, tableLines, verdictLines, wrap } from './text-parts.ts';

/** The sweep for a terminal. */
export function renderSweepText(sweep: SweepRecord): string {
  return joinBlocks([
    [
      ...verdictLines(sweepVerdict(sweep)),
      '*** Sweep ***',
      ...furtherSentences(sweep).flatMap((each) => wrap(each, 2)),
    ],
    sweepNotes(sweep).flatMap((note) => wrap(`! ${note}`, 2)),
    ...(sweep.rates === undefined
      ? [
          tableLines(levelTable(sweep)),
          tableLines(scalingTable(sweep)),
          tableLines(levelObjectiveTable(sweep)),
          factLines('Universal Scalability Law', uslFacts(sweep)),
        ]
      : [tableLines(rateTable(sweep.levels)), tableLines(levelObjectiveTable(sweep))]),
    factLines('Sweep', sweepFacts(sweep)),
  ]);
}

/** The sweep to paste into a pull request. */
function renderSweepMarkdown(sweep: SweepRecord): string {
  const { label, sentence } = sweepVerdict(sweep);
  const blocks = [
    `### Loadlens sweep: ${escape(sweep.name)}`,
    `**${label}:** ${escape(sentence)}`,
    ...furtherSentences(sweep).map(escape),
    ...sweepNotes(sweep).map((note) => `> **Note:** ${escape(note)}`),
    table(tableOfLevels(sweep)),
    sweep.rates === undefined
      ? '<details><summary>Universal Scalability Law, plan, and machine</summary>'
      : '<details><summary>Plan and machine</summary>',
    list([...(sweep.rates === undefined ? uslFacts(sweep) : []), ...sweepFacts(sweep)]),
    '</details>',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The sweep as one page that needs nothing else. */
function renderSweepHtml(sweep: SweepRecord): string {
  return page(
    `Loadlens sweep: ${sweep.name}`,
    `<header>
<h1>${escapeHtml(sweep.name)}</h1>
${verdictHtml(sweepVerdict(sweep))}
<p class="sub">${escapeHtml(`${formatUtc(sweep.startedAt)} · sweep · ${statusWords[sweep.status]}`)}</p>
</header>
${furtherSentences(sweep)
  .map((sentence) => `<p>${escapeHtml(sentence)}</p>`)
  .join('\n')}
${sweepNotes(sweep)
  .map((note) => `<p class="note">${escapeHtml(note)}</p>`)
  .join('\n')}
${sweepSections(sweep)}
${factSection('Where the numbers come from', sweepFacts(sweep))}`,
  );
}

/** Returns everything about the levels of a sweep in one table. */
export const tableOfLevels = (sweep: Pick<SweepRecord, 'levels' | 'figures' | 'rates'>): Table =>
  sweep.rates === undefined ? wholeLevelTable(sweep) : wholeRateTable(sweep.levels);

/** Returns the charts of a sweep, over concurrency or over arrival rates. */
export const chartsOfLevels = (sweep: Pick<SweepRecord, 'levels' | 'figures' | 'rates'>): ChartContent[] => [
  ...(sweep.rates === undefined ? levelCharts(sweep) : rateCharts(sweep.levels)),
  ...tokenCharts(sweep),
];

/** Tables and charts of a sweep. */
function sweepSections(sweep: SweepRecord): string {
  return [
    section(tableOfLevels(sweep)),
    chartSections(chartsOfLevels(sweep)),
    ...(sweep.rates === undefined ? [factSection('Universal Scalability Law', uslFacts(sweep))] : []),
  ].join('\n');
}

/** One number a line: `concurrency,metric,value`; a level that was measured again has its lines again. */
function renderSweepCsv(sweep: SweepRecord): string {
  const { figures, rates } = sweep;
  const rows: Cell[][] = [
    [rates === undefined ? 'concurrency' : 'rate', 'metric', 'value'],
    ['', 'id', sweep.id],
    ['', 'name', sweep.name],
    ['', 'startedAt', sweep.startedAt],
    ['', 'status', sweep.status],
    ...(rates === undefined ? [['', 'recommendedConcurrency', figures.recommended.concurrency] satisfies Cell[]] : []),
    ...Object.entries(figures.usl ?? {}).map(([key, value]): Cell[] => ['', `usl.${key}`, value]),
    ...sweep.capacity.map((sentence): Cell[] => ['', 'capacity', sentence]),
    ...sweep.levels.flatMap((level, index): Cell[][] => {
      const at = rates === undefined ? level.plan.concurrency : rateOf(level) === Infinity ? 'inf' : rateOf(level);
      const { concurrency: _, sound, ...rest } = figures.levels[index] ?? { concurrency: 0, sound: holds(level) };
      const { mean, median, p90, p95, p99, p999, max } = level.successLatencyMs;
      const latency = Object.entries({ mean, median, p90, p95, p99, p999, max });
      return [
        [at, 'requestsSent', level.requestsSent],
        [at, 'successRatio', level.successRatio],
        [at, 'throughputPerS', level.throughputPerS],
        [at, 'successThroughputPerS', level.successThroughputPerS],
        [at, 'outputTokensPerS', level.outputTokensPerS],
        ...latency.map(([name, value]): Cell[] => [at, `successLatencyMs.${name}`, value]),
        [at, 'goodputPerS', level.goodputPerS],
        [at, 'sloAttainment', level.sloAttainment],
        ...(rates === undefined ? [] : rateCells(level).map(([name, value]): Cell[] => [at, name, value])),
        ...Object.entries(rest).map(([name, value]): Cell[] => [at, name, value]),
        [at, 'sound', String(sound)],
      ];
    }),
  ];
  return csvText(rows);
}

/** Columns of a level only in a sweep over arrival rates. */
function rateCells(level: RunRecord): [name: string, value: Cell][] {
  const { median, p95, p99 } = level.responseTimeMs;
  return [
    ['achievedPerS', achievedPerS(level)],
    ...Object.entries({ median, p95, p99 }).map(([name, value]): [string, Cell] => [`responseTimeMs.${name}`, value]),
    ['backlogMax', level.backlog?.max ?? null],
    ['backlogUnsent', level.backlog?.unsent ?? null],
    ['overSaturated', level.saturation === undefined ? null : String(level.saturation.overSaturated)],
  ];
}

/** Every report of a sweep that can be written to a file. */
export const sweepReports = {
  json: { extension: 'json', render: jsonText, pieces: jsonPieces },
  csv: { extension: 'csv', render: renderSweepCsv },
  html: { extension: 'html', render: renderSweepHtml },
  markdown: { extension: 'md', render: renderSweepMarkdown },
  vllm: { extension: 'json', render: ({ levels }: SweepRecord) => renderVllmLines(levels) },
} as const;
