import { t } from '@vscode/l10n';
import { outcomeOfAll } from '../../src/core/report/outcome-words.ts';
import type { Chapters, Section } from '../../src/core/report/sections.ts';
import { latencyChapters } from '../../src/core/report/suite-latency.ts';
import { memoryChapters } from '../../src/core/report/suite-memory.ts';
import { throughputChapters } from '../../src/core/report/suite-throughput.ts';
import type { SuiteRecord } from '../../src/extension/views/panelMessages.ts';
import { levelCharts } from '../charts/levelCharts.ts';
import { h } from '../dom.ts';
import { outcomeBadge } from '../sections/badge.ts';
import { factList } from '../sections/facts.ts';
import { reportTable } from '../sections/reportTable.ts';
import { chartSection, section, sessionNote } from '../sections/section.ts';
import { runToolbar } from '../sections/toolbar.ts';
import type { StateOf, View } from './view.ts';

/** The report of a suite, chapter by chapter. */
export function suiteView({ suite, keptForSession }: StateOf<'suite'>): View {
  const { title, subtitle, sections } = chaptersOf(suite);
  const charts = suite.suite === 'throughput' ? levelCharts({ levels: suite.runs, figures: suite.figures }) : [];
  return {
    charts,
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h(
          'div',
          { class: 'headline' },
          h('h1', { tabindex: -1 }, title),
          outcomeBadge(outcomeOfAll(suite.status, suite.runs)),
        ),
        h('p', { class: 'remark' }, subtitle),
        runToolbar(suite.id, 'suite'),
      ),
      sessionNote(keptForSession),
      ...sections.slice(0, 1).map(chapter),
      chartSection(t('By concurrency'), charts),
      ...sections.slice(1).filter(hasContent).map(chapter),
    ),
  };
}

function chaptersOf(suite: SuiteRecord): Chapters {
  switch (suite.suite) {
    case 'throughput':
      return throughputChapters(suite);
    case 'latency':
      return latencyChapters(suite);
    case 'memory':
      return memoryChapters(suite);
  }
}

/** Whether there is more in a chapter than charts, which the panel draws its own way. */
function hasContent({ sentences = [], facts = [], tables = [] }: Section): boolean {
  return sentences.length + facts.length + tables.length > 0;
}

function chapter({ title, sentences = [], facts = [], tables = [] }: Section): HTMLElement {
  return section(
    title,
    sentences.length === 0
      ? null
      : h('ul', { class: 'sentences' }, ...sentences.map((sentence) => h('li', {}, sentence))),
    facts.length === 0 ? null : factList(facts),
    ...tables.flatMap((table) => [tables.length === 1 ? null : h('h3', {}, table.title), reportTable(table)]),
  );
}
