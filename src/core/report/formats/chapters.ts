import type { ChartContent } from '../charts/content.ts';
import { escapeHtml } from './escape.ts';
import { chartHtml, factItems, page, tableHtml, verdictHtml } from './html-parts.ts';
import { escape, list, table as markdownTable } from './markdown-parts.ts';
import type { RunVerdict } from '../words/verdict.ts';
import type { Table } from '../tables/tables.ts';
import { factLines, joinBlocks, tableLines, verdictLines, wrap } from './text-parts.ts';

/** A chapter of a long report. The parts that exist are shown in this order. */
export interface Section {
  readonly title: string;
  readonly sentences?: readonly string[];
  readonly facts?: readonly (readonly [label: string, value: string])[];
  readonly charts?: readonly (ChartContent | null)[];
  readonly tables?: readonly Table[];
}

/** A long report: its title, subtitle, and chapters. */
export interface Chapters {
  readonly title: string;
  readonly subtitle: string;
  /** The verdict at the start; absent if the subtitle has it. */
  readonly verdict?: RunVerdict;
  readonly sections: readonly Section[];
}

/** For a terminal. */
export function chaptersText({ title, subtitle, verdict, sections }: Chapters): string {
  return joinBlocks([
    [...(verdict === undefined ? [] : verdictLines(verdict)), `*** ${title} ***`, ...wrap(subtitle, 2)],
    ...sections.map(sectionLines),
  ]);
}

/** Returns the lines of one chapter for a terminal. */
export function sectionLines({ title, sentences = [], facts = [], tables = [] }: Section): string[] {
  const own = tables.length === 1 ? tables.map((each) => tableLines(each).slice(1)) : tables.map(tableLines);
  return [
    `${title}:`,
    ...sentences.flatMap((sentence) => wrap(`  ${sentence}`, 4)),
    ...(facts.length === 0 ? [] : factLines(title, facts).slice(1)),
    ...own.flat(),
  ];
}

/** As a Markdown document. */
export function chaptersMarkdown({ title, subtitle, verdict, sections }: Chapters): string {
  const blocks = [
    `# ${escape(title)}`,
    verdict === undefined ? '' : `**${verdict.label}:** ${escape(verdict.sentence)}`,
    escape(subtitle),
    ...sections.flatMap(({ title: name, sentences = [], facts = [], tables = [] }) => [
      `## ${escape(name)}`,
      ...(sentences.length === 0 ? [] : [sentences.map((sentence) => `- ${escape(sentence)}`).join('\n')]),
      ...(facts.length === 0 ? [] : [list(facts)]),
      ...tables.map((each) => markdownTable(tables.length === 1 ? { ...each, title: '' } : each)),
    ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** As one page that needs nothing else. */
export function chaptersHtml({ title, subtitle, verdict, sections }: Chapters): string {
  return page(
    title,
    `<header>
<h1>${escapeHtml(title)}</h1>
${verdict === undefined ? '' : verdictHtml(verdict)}
<p class="sub">${escapeHtml(subtitle)}</p>
</header>
${sections.map(sectionHtml).join('\n')}`,
  );
}

function sectionHtml({ title, sentences = [], facts = [], charts = [], tables = [] }: Section): string {
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('');
  const all = charts.filter((chart) => chart !== null);
  const drawn = all.map(
    (chart) => `<div>${all.length === 1 ? '' : `<h3>${escapeHtml(chart.title)}</h3>`}${chartHtml(chart, tables)}</div>`,
  );
  return [
    `<section><h2>${escapeHtml(title)}</h2>`,
    items === '' ? '' : `<ul>${items}</ul>`,
    facts.length === 0 ? '' : factItems(facts),
    drawn.length === 0 ? '' : `<div class="charts">${drawn.join('')}</div>`,
    ...tables.map((each) => (tables.length === 1 ? '' : `<h3>${escapeHtml(each.title)}</h3>`) + tableHtml(each)),
    '</section>',
  ].join('');
}
