import { csvText, type Cell } from './csv-parts.ts';
import { escapeHtml } from './escape.ts';
import { formatUtc } from '../../format.ts';
import { chartSection, factSection, page, section, verdictHtml } from './html-parts.ts';
import { jsonPieces, jsonText } from './json.ts';
import { escape, list, table } from './markdown-parts.ts';
import { levelCharts } from '../charts/levels.ts';
import {
  levelObjectiveTable,
  levelTable,
  scalingTable,
  wholeLevelTable,
  sweepFacts,
  sweepNotes,
  uslFacts,
} from '../tables/sweep-tables.ts';
import { tokenCharts } from '../charts/token-levels.ts';
import { operatingSentences } from '../words/operating-point.ts';
import { statusWords } from '../words/outcome-words.ts';
import { furtherCapacity, sweepVerdict } from '../words/sweep-verdict.ts';
import { renderVllmLines } from '../other-tools/vllm-bench.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { factLines, joinBlocks, tableLines, wrap } from './text-parts.ts';

/** The sweep for a terminal. */
export function renderSweepText(sweep: SweepRecord): string {
  const { label, sentence } = sweepVerdict(sweep);
  return joinBlocks([
    [
      ...wrap(`${label}: ${sentence}`, 2),
      '',
      '*** Sweep ***',
      ...[...furtherCapacity(sweep), ...operatingSentences(sweep)].flatMap((each) => wrap(each, 2)),
    ],
    sweepNotes(sweep).flatMap((note) => wrap(`! ${note}`, 2)),
    tableLines(levelTable(sweep)),
    tableLines(scalingTable(sweep)),
    tableLines(levelObjectiveTable(sweep)),
    factLines('Universal Scalability Law', uslFacts(sweep)),
    factLines('Sweep', sweepFacts(sweep)),
  ]);
}

/** The sweep to paste into a pull request. */
function renderSweepMarkdown(sweep: SweepRecord): string {
  const { label, sentence } = sweepVerdict(sweep);
  const blocks = [
    `### Loadlens sweep: ${escape(sweep.name)}`,
    `**${label}:** ${escape(sentence)}`,
    ...[...furtherCapacity(sweep), ...operatingSentences(sweep)].map(escape),
    ...sweepNotes(sweep).map((note) => `> **Note:** ${escape(note)}`),
    table(wholeLevelTable(sweep)),
    '<details><summary>Universal Scalability Law, plan, and machine</summary>',
    list([...uslFacts(sweep), ...sweepFacts(sweep)]),
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
${[...furtherCapacity(sweep), ...operatingSentences(sweep)]
  .map((sentence) => `<p>${escapeHtml(sentence)}</p>`)
  .join('\n')}
${sweepNotes(sweep)
  .map((note) => `<p class="note">${escapeHtml(note)}</p>`)
  .join('\n')}
${sweepSections(sweep)}
${factSection('Where the numbers come from', sweepFacts(sweep))}`,
  );
}

/** Tables and charts of a sweep. */
function sweepSections(sweep: SweepRecord): string {
  return [
    section(wholeLevelTable(sweep)),
    ...[...levelCharts(sweep), ...tokenCharts(sweep)].map(chartSection),
    factSection('Universal Scalability Law', uslFacts(sweep)),
  ].join('\n');
}

/** One number a line: `concurrency,metric,value`; a level that was measured again has its lines again. */
function renderSweepCsv(sweep: SweepRecord): string {
  const { figures } = sweep;
  const rows: Cell[][] = [
    ['concurrency', 'metric', 'value'],
    ['', 'id', sweep.id],
    ['', 'name', sweep.name],
    ['', 'startedAt', sweep.startedAt],
    ['', 'status', sweep.status],
    ['', 'recommendedConcurrency', figures.recommended.concurrency],
    ...Object.entries(figures.usl ?? {}).map(([key, value]): Cell[] => ['', `usl.${key}`, value]),
    ...sweep.capacity.map((sentence): Cell[] => ['', 'capacity', sentence]),
    ...sweep.levels.flatMap((level, index): Cell[][] => {
      const at = level.plan.concurrency;
      const { concurrency: _, sound, ...rest } = figures.levels[index] ?? { concurrency: at, sound: false };
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
        ...Object.entries(rest).map(([name, value]): Cell[] => [at, name, value]),
        [at, 'sound', String(sound)],
      ];
    }),
  ];
  return csvText(rows);
}

/** Every report of a sweep that can be written to a file. */
export const sweepReports = {
  json: { extension: 'json', render: jsonText, pieces: jsonPieces },
  csv: { extension: 'csv', render: renderSweepCsv },
  html: { extension: 'html', render: renderSweepHtml },
  markdown: { extension: 'md', render: renderSweepMarkdown },
  vllm: { extension: 'json', render: ({ levels }: SweepRecord) => renderVllmLines(levels) },
} as const;
