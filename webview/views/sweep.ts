import { noLimitUpTo } from '../../src/core/record/sweeps/capacity-sentences.ts';
import { chartsOfLevels, tableOfLevels } from '../../src/core/report/formats/sweep-reports.ts';
import { sweepFacts, sweepNotes, uslFacts } from '../../src/core/report/tables/sweep-tables.ts';
import { unsavedMark } from '../../src/core/report/words/facts.ts';
import { noRateLimit } from '../../src/core/record/sweeps/rate-levels.ts';
import { searchOf } from '../../src/core/record/sweeps/search-of.ts';
import type { SweepRecord } from '../../src/core/record/sweeps/sweep.ts';
import { searchedLevels } from '../../src/core/report/words/search-words.ts';
import { furtherSentences, sweepVerdict } from '../../src/core/report/words/sweep-verdict.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { button } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import { factList } from '../sections/kit/facts.ts';
import { reportTable } from '../sections/kit/report-table.ts';
import { chartSection, markNote, note, section, sentences, sessionNote } from '../sections/kit/section.ts';
import { sweepTiles } from '../sections/levels/sweep-tiles.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import { answerLine } from '../sections/run/verdict-line.ts';
import { levelsWords, ratesWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A finished sweep: how throughput and latency change with concurrency. */
export function sweepView({ sweep, keptForSession, mark }: StateOf<'sweep'>): View {
  const charts = chartsOfLevels(sweep).map((chart) => chartFigure(chart));
  const byRate = sweep.rates !== undefined;
  const further = furtherSentences(sweep);
  const measured = sweep.levels.length > 0;
  return {
    charts,
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('h1', { tabindex: -1 }, sweep.name),
        answerLine(sweepVerdict(sweep), tryHigher(sweep)),
        h('p', { class: 'remark' }, subtitle(sweep)),
        runToolbar(sweep.id, 'sweep'),
      ),
      ...sweepNotes(sweep).map((sentence) => note('warning', sentence)),
      sessionNote(keptForSession),
      markNote(mark),
      measured ? createTiles(sweepTiles(sweep)).element : null,
      further.length === 0 ? null : section('Capacity', sentences(further)),
      measured ? section(byRate ? 'Rates' : 'Levels', reportTable(tableOfLevels(sweep))) : null,
      chartSection(byRate ? 'By rate' : 'By concurrency', charts),
      measured && !byRate ? section('Universal Scalability Law', factList(uslFacts(sweep))) : null,
      section('Provenance', factList(sweepFacts(sweep))),
    ),
  };
}

/** Next step if the highest level wasn't the limit. */
function tryHigher(sweep: SweepRecord): HTMLElement | undefined {
  const found = searchOf(sweep);
  const isAtEnd = found !== undefined && found.capacity === found.range[1];
  if (noLimitUpTo(sweep) === null && !noRateLimit(sweep) && !isAtEnd) return undefined;
  return button(sweep.rates !== undefined ? 'Try Higher Rates…' : 'Try Higher Levels…', () =>
    post({ type: 'sweepHigher', id: sweep.id }),
  ).element;
}

function subtitle(sweep: SweepRecord): string {
  const { planned, rates, levels } = sweep;
  const found = searchOf(sweep);
  const fixed = (): string => (rates === undefined ? levelsWords(planned) : ratesWords(rates.planned));
  const what = found === undefined ? fixed() : `Search for the capacity, ${searchedLevels(found)}`;
  const [first] = levels;
  const where = first === undefined ? [] : [first.environment.host, ...unsavedMark(first.source)];
  return [startedWords(sweep), what, ...where].join(' · ');
}
