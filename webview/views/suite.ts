import type { Chapters, Section } from '../../src/core/report/formats/chapters.ts';
import { latencyChapters } from '../../src/core/report/suites/suite-latency.ts';
import { memoryChapters } from '../../src/core/report/suites/suite-memory.ts';
import { throughputChapters } from '../../src/core/report/suites/suite-throughput.ts';
import type { SuiteRecord } from '../../src/panel-protocol.ts';
import { levelCharts } from '../../src/core/report/charts/levels.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { h } from '../dom.ts';
import { factList } from '../sections/kit/facts.ts';
import { reportTable } from '../sections/kit/report-table.ts';
import { chartSection, markNote, section, sessionNote } from '../sections/kit/section.ts';
import { answerLine } from '../sections/run/verdict-line.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import type { StateOf, View } from './view.ts';

/** The report of a suite, chapter by chapter. */
export function suiteView({ suite, keptForSession, mark }: StateOf<'suite'>): View {
  const { title, subtitle, verdict, sections } = chaptersOf(suite);
  const charts =
    suite.suite === 'throughput'
      ? levelCharts({ levels: suite.runs, figures: suite.figures }).map((chart) => chartFigure(chart))
      : [];
  return {
    charts,
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('h1', { tabindex: -1 }, title),
        verdict === undefined ? null : answerLine(verdict),
        h('p', { class: 'remark' }, subtitle),
        runToolbar(suite.id, 'suite'),
      ),
      sessionNote(keptForSession),
      markNote(mark),
      ...sections.slice(0, 1).map(chapter),
      chartSection('By concurrency', charts),
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

/** Whether a chapter has more than charts, which the panel draws in its own way. */
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
