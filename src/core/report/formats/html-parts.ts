import type { ChartContent } from '../charts/content.ts';
import { drawSvg } from '../charts/draw-svg.ts';
import { escapeHtml } from './escape.ts';
import { style } from './style.ts';
import type { RunVerdict } from '../words/verdict.ts';
import { isLong, type Table } from '../tables/tables.ts';

/** One page that needs nothing else: no script, no other file, light and dark as the reader has it. `body` is markup. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** The verdict on a result: its badge, and one sentence. */
export function verdictHtml({ label, tone, sentence }: RunVerdict): string {
  return `<p class="verdict ${tone}"><span class="badge ${tone}">${escapeHtml(label)}</span> ${escapeHtml(sentence)}</p>`;
}

/** A table under its title; nothing for a table without rows. */
export function section(table: Table): string {
  return table.rows.length === 0 ? '' : `<section><h2>${escapeHtml(table.title)}</h2>${tableHtml(table)}</section>`;
}

/** A table as it is. One that's wider than the page scrolls under its first column, by keyboard, too. */
export function tableHtml({ title, columns, words = [], rows, note }: Table): string {
  const look = columns.map((column, i) =>
    words.includes(column) ? ` class="words${rows.some((row) => isLong(row[i] ?? '')) ? ' long' : ''}"` : '',
  );
  const head = columns.some((column) => column !== '')
    ? `<thead><tr>${columns.map((column, i) => `<th scope="col"${look[i] ?? ''}>${escapeHtml(column)}</th>`).join('')}</tr></thead>`
    : '';
  const body = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map((cell, i) => `<td${look[i + 1] ?? ''}>${verdict(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><table>${head}<tbody>${body.join('\n')}</tbody></table></div>${
    note === undefined ? '' : `<p class="sub">${escapeHtml(note)}</p>`
  }`;
}

/** The text of a cell, colored for a verdict. */
function verdict(cell: string): string {
  return cell === 'pass' || cell === 'fail' ? `<span class="${cell}">${cell}</span>` : escapeHtml(cell);
}

/** Charts under their titles, side by side where there is room, their tables folded below. */
export function chartSections(charts: readonly ChartContent[]): string {
  const sections = charts.map((chart) => `<section><h2>${escapeHtml(chart.title)}</h2>${chartHtml(chart)}</section>`);
  return sections.length === 0 ? '' : `<div class="charts">${sections.join('\n')}</div>`;
}

/** A chart with its remarks. Its table is folded below, unless it's one of those next to it. */
export function chartHtml(chart: ChartContent, beside: readonly Table[] = []): string {
  const { title, remark = '', table } = chart;
  const folded = beside.some((other) => other.title === table.title)
    ? ''
    : `<details><summary>${escapeHtml(title)} as a table</summary>${tableHtml(table)}</details>`;
  return `<figure>${drawSvg(chart)}</figure>${remark === '' ? '' : `<p class="sub">${escapeHtml(remark)}</p>`}${folded}`;
}

/** Labels with their values under a title. */
export function factSection(title: string, facts: readonly (readonly [string, string])[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>${factItems(facts)}</section>`;
}

/** Labels with their values as they are. */
export function factItems(facts: readonly (readonly [string, string])[]): string {
  const items = facts.map(([label, value]) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<dl class="facts">${items.join('')}</dl>`;
}
