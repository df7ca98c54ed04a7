import { capitalized, commitLabel, trendView as contentOf } from '../../src/core/report/charts/trend.ts';
import { countOf } from '../../src/core/format.ts';
import { trendMetricNames, trendMetrics, type TrendMetricName } from '../../src/core/report/tables/trend-runs.ts';
import type { PanelState } from '../../src/panel-protocol.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { button, dropdown } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import { note, section, sentences } from '../sections/kit/section.ts';
import { createReportTable } from '../table.ts';
import type { StateOf, View } from './view.ts';

/** All targets together. */
const wholeRun = '';

/** Shows a metric over the runs of a file, with the commits at which it changed. */
export function trendView({ trend: first }: StateOf<'trend'>): View {
  let trend = first;
  const metrics = trendMetricNames.filter((name) => trend.runs.some(({ values }) => values[name] !== undefined));
  const [main = 'p95', ...others] = metrics;
  const metric = dropdown<TrendMetricName>('Metric', [choiceOf(main), ...others.map(choiceOf)], () => show());
  const targets = [...new Set(trend.runs.flatMap((run) => Object.keys(run.targets ?? {})))];
  const target = dropdown<string>(
    'Target',
    [{ value: wholeRun, text: 'All targets' }, ...targets.map((name) => ({ value: name, text: name }))],
    () => show(),
  );
  const open = (index: number): void => {
    const run = view().runs[index];
    if (run !== undefined) post({ type: 'openRun', id: run.id });
  };
  const view = (): ReturnType<typeof contentOf> =>
    contentOf(trend, metric.value(), target.value() === wholeRun ? undefined : target.value());
  const figure = chartFigure(view().chart, { hasTable: true, onPick: open });
  const said = h('div', { role: 'status' });
  const left = h('div');
  const table = h('div');

  function show(): void {
    const { chart, sentences: found, runs } = view();
    figure.update(chart);
    said.replaceChildren(sentences(found));
    left.replaceChildren(...othersNote(trend.others));
    const { element, table: rows } = createReportTable(chart.table);
    for (const [i, run] of runs.entries()) {
      const cell = rows.tBodies[0]?.rows[i]?.cells[0];
      const press = h(
        'button',
        { type: 'button', class: 'link', title: `Open the run of ${commitLabel(run)}` },
        cell?.textContent ?? '',
      );
      press.addEventListener('click', () => open(i));
      cell?.replaceChildren(press);
    }
    table.replaceChildren(element);
  }
  show();

  return {
    charts: [figure],
    element: h(
      'div',
      { class: 'trend' },
      h(
        'header',
        {},
        h('div', { class: 'headline' }, h('h1', { tabindex: -1 }, `Trend of ${trend.name}`)),
        h(
          'div',
          { class: 'toolbar', role: 'group', 'aria-label': 'Actions' },
          h('span', { class: 'remark' }, 'Metric'),
          metric.element,
          ...(targets.length === 0 ? [] : [h('span', { class: 'remark' }, 'Target'), target.element]),
          button('Show History', () => post({ type: 'showHistory' })).element,
        ),
      ),
      said,
      left,
      h('div', { class: 'charts' }, figure.element),
      section('Runs', table),
    ),
    update: (state: PanelState) => {
      if (state.kind !== 'trend') return;
      trend = state.trend;
      show();
    },
  };
}

const choiceOf = (name: TrendMetricName): { value: TrendMetricName; text: string } => ({
  value: name,
  text: capitalized(trendMetrics[name].label),
});

const othersNote = (others: number): HTMLElement[] =>
  others === 0
    ? []
    : [
        note(
          'info',
          `${countOf(others, 'run')} of this file with another workload or machine ${others === 1 ? 'is' : 'are'} left out.`,
        ),
      ];
