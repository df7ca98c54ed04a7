import { countOf, formatCount } from '../../src/core/format.ts';
import { changesSoFar } from '../../src/core/report/comparisons/so-far.ts';
import { chartFigure, type ChartFigure } from '../charts/kit/figure.ts';
import { h, setAttributes } from '../dom.ts';
import { createLiveHeader } from '../sections/live/live-header.ts';
import { createProgress } from '../sections/live/progress.ts';
import { changeTable } from '../sections/compare/change-table.ts';
import { section } from '../sections/kit/section.ts';
import { comparingWords, planWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** An A/B comparison in progress: how far it is, and the changes so far with their intervals. */
export function comparingView(first: StateOf<'comparing'>): View {
  const { sides, plan } = first;
  const header = createLiveHeader(
    `A/B comparison: ${first.name}`,
    `A: ${sides.a} · B: ${sides.b} · slices in pairs, each ${planWords(plan)}`,
  );
  const progress = createProgress('Progress of the comparison');
  const chartPlace = h('div', { class: 'charts' });
  const table = h('div');
  const soFar = section('So far', chartPlace, table);
  const charts: ChartFigure[] = [];
  let shownPairs = -1;

  function update(state: StateOf<'comparing'>): void {
    const { pairs, record, cancelling, elapsedMs } = state;
    const complete = record?.a.slices.length ?? 0;
    header.update(comparingWords(state), { elapsedMs }, cancelling);
    progress.update(
      Math.min(1, complete / pairs),
      `${countOf(complete, 'pair')} of at most ${formatCount(pairs)}. The comparison stops once the verdict is certain.`,
    );
    setAttributes(soFar, { hidden: record === null });
    if (record === null || complete === shownPairs) return;
    shownPairs = complete;
    const { chart, table: changes } = changesSoFar(record);
    const [figure] = charts;
    if (chart !== null && figure !== undefined) figure.update(chart);
    else if (chart !== null) {
      const made = chartFigure(chart, { hasTable: true });
      charts.push(made);
      chartPlace.replaceChildren(made.element);
    }
    table.replaceChildren(changeTable(changes));
  }

  update(first);
  return {
    charts,
    update: (state) => {
      if (state.kind === 'comparing') update(state);
    },
    element: h('div', {}, header.element, progress.element, soFar),
  };
}
