import { outcomeOfAll } from '../../src/core/report/words/outcome-words.ts';
import { sweepFacts, sweepNotes, uslFacts } from '../../src/core/report/tables/sweep-tables.ts';
import type { SweepRecord } from '../../src/core/record/sweep.ts';
import { levelCharts } from '../../src/core/report/charts/levels.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { h } from '../dom.ts';
import { outcomeBadge } from '../sections/kit/badge.ts';
import { factList } from '../sections/kit/facts.ts';
import { levelObjectives, levelTable, scalingTable } from '../sections/levels/level-tables.ts';
import { chartSection, note, section, sessionNote } from '../sections/kit/section.ts';
import { sweepTiles } from '../sections/levels/sweep-tiles.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import { levelsWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A finished sweep: how throughput and latency change with concurrency. */
export function sweepView({ sweep, keptForSession }: StateOf<'sweep'>): View {
  const charts = levelCharts(sweep).map((chart) => chartFigure(chart));
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
          h('h1', { tabindex: -1 }, sweep.name),
          outcomeBadge(outcomeOfAll(sweep.status, sweep.levels)),
        ),
        h('p', { class: 'remark' }, subtitle(sweep)),
        runToolbar(sweep.id, 'sweep'),
      ),
      ...sweepNotes(sweep).map((sentence) => note('warning', sentence)),
      sessionNote(keptForSession),
      sweep.levels.length === 0 ? null : createTiles(sweepTiles(sweep)).element,
      section('Capacity', h('ul', { class: 'sentences' }, ...sweep.capacity.map((sentence) => h('li', {}, sentence)))),
      chartSection('By concurrency', charts),
      ...(sweep.levels.length === 0 ? [] : tables(sweep)),
      section('Provenance', factList(sweepFacts(sweep))),
    ),
  };
}

function tables(sweep: SweepRecord): HTMLElement[] {
  const objectives = levelObjectives(sweep.levels);
  return [
    section(
      'Levels',
      h('p', { class: 'remark' }, 'Throughput and latency are of successes.'),
      levelTable(sweep.levels).element,
    ),
    ...(objectives === null ? [] : [section('Objectives by level', objectives.element)]),
    section(
      'Scaling',
      h(
        'p',
        { class: 'remark' },
        'Against one request at a time. The trade-off is good when the gain is at least the penalty.',
      ),
      scalingTable(sweep).element,
    ),
    section('Universal Scalability Law', factList(uslFacts(sweep))),
  ];
}

function subtitle({ startedAt, planned, levels, search }: SweepRecord): string {
  const what =
    search === undefined
      ? levelsWords(planned)
      : `Search for capacity, ${levelsWords(levels.map(({ plan }) => plan.concurrency))}`;
  const host = levels[0]?.environment.host;
  return [startedWords({ startedAt }), what, ...(host === undefined ? [] : [host])].join(' · ');
}
