import type { ComparisonRecord } from '../../src/core/record/comparisons/comparison.ts';
import { headlineMetric } from '../../src/core/record/comparisons/leading-metric.ts';
import { thresholdText } from '../../src/core/record/comparisons/comparison-sentences.ts';
import { countOf } from '../../src/core/format.ts';
import {
  chartedMetrics,
  intervalChart,
  sliceChart,
  spreadChart,
} from '../../src/core/report/comparisons/comparison-charts.ts';
import {
  comparisonFigures,
  comparisonVerdict,
  workloadDifferences,
} from '../../src/core/report/comparisons/comparison-summary.ts';
import { comparisonFacts, metricTable } from '../../src/core/report/comparisons/comparison-tables.ts';
import { unsavedMark } from '../../src/core/report/words/facts.ts';
import { chartFigure, type ChartFigure } from '../charts/kit/figure.ts';
import { dropdown } from '../controls.ts';
import { h } from '../dom.ts';
import { factList } from '../sections/kit/facts.ts';
import { changeTable } from '../sections/compare/change-table.ts';
import { markNote, note, section, sentences, sessionNote } from '../sections/kit/section.ts';
import { createTiles } from '../sections/kit/tiles.ts';
import { runToolbar } from '../sections/kit/toolbar.ts';
import { answerLine } from '../sections/run/verdict-line.ts';
import { planWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** An A/B comparison: the verdict, how sure it is, and the slices that it is of. */
export function comparisonView({ comparison, keptForSession, mark }: StateOf<'comparison'>): View {
  const intervals = intervalChart(comparison);
  const forest = intervals === null ? [] : [chartFigure(intervals, { hasTable: true })];
  const slices = sliceCharts(comparison);
  return {
    charts: [...forest, ...slices.charts],
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('h1', { tabindex: -1 }, `A/B comparison: ${comparison.name}`),
        answerLine(comparisonVerdict(comparison)),
        h('p', { class: 'remark' }, subtitle(comparison)),
        runToolbar(comparison.id, comparison.kind === 'kept' ? 'kept' : 'comparison'),
      ),
      ...comparison.warnings.map((sentence) => note('warning', sentence)),
      sessionNote(keptForSession),
      markNote(mark),
      createTiles(comparisonFigures(comparison)).element,
      section(
        'Change of B against A',
        h('div', { class: 'charts' }, ...forest.map(({ element }) => element)),
        changeTable(metricTable(comparison)),
      ),
      slices.element,
      differences(comparison),
      section('Provenance', factList(comparisonFacts(comparison))),
    ),
  };
}

function subtitle({ startedAt, plan, kind, threshold, environment, source }: ComparisonRecord): string {
  const how = kind === 'interleaved' ? `slices in pairs, each ${planWords(plan)}` : `kept runs, ${planWords(plan)}`;
  return [
    startedWords({ startedAt }),
    how,
    `threshold ${thresholdText(threshold)}`,
    environment.host,
    ...unsavedMark(source),
  ].join(' · ');
}

/** Charts of the metric that the reader selects. */
function sliceCharts(comparison: ComparisonRecord): {
  readonly element: HTMLElement | null;
  readonly charts: readonly ChartFigure[];
} {
  const leading = headlineMetric(comparison)?.metric;
  const metrics = chartedMetrics(comparison).toSorted(
    (a, b) => Number(b.metric === leading) - Number(a.metric === leading),
  );
  const [first, ...others] = metrics.map(({ metric, title }) => ({ value: metric, text: title }));
  if (first === undefined) return { element: null, charts: [] };
  const contentsOf = (metric: string) => [sliceChart(comparison, metric), spreadChart(comparison, metric)];
  const charts = contentsOf(first.value).map((content) => (content === null ? null : chartFigure(content)));
  const choice = dropdown('Metric', [first, ...others], () => {
    for (const [i, content] of contentsOf(choice.value()).entries()) if (content !== null) charts[i]?.update(content);
  });
  const drawn = charts.filter((chart) => chart !== null);
  const { pairs, a, b } = comparison;
  const counted = pairs
    ? countOf(pairs.order.length, 'pair')
    : `${countOf(a.slices.length, 'run')} of A, ${String(b.slices.length)} of B`;
  return {
    charts: drawn,
    element: section(
      pairs ? 'Pairs' : 'Runs',
      h('div', { class: 'toolbar choice' }, h('span', { class: 'remark' }, `${counted}. Metric`), choice.element),
      h('div', { class: 'charts' }, ...drawn.map(({ element }) => element)),
    ),
  };
}

function differences(comparison: ComparisonRecord): HTMLElement | null {
  const said = workloadDifferences(comparison);
  if (said.length === 0) return null;
  return section('Differences in workload', sentences(said));
}
