import { compareRuns } from '../../src/core/report/tables/compare-runs.ts';
import { outcomeOf } from '../../src/core/report/words/outcome-words.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import type { TwoRunsFormat } from '../../src/core/report/comparisons/two-runs-reports.ts';
import { comparedHistogram, comparedTimeline } from '../../src/core/report/charts/two-runs.ts';
import { chartFigure } from '../charts/kit/figure.ts';
import { button, dropdown } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import { outcomeBadge } from '../sections/kit/badge.ts';
import { boundBadge } from '../sections/run/client-health.ts';
import { comparedObjectives } from '../sections/compare/compared-objectives.ts';
import { comparedRows, comparedTargets } from '../sections/compare/compared-rows.ts';
import { fileButton } from '../sections/run/provenance.ts';
import { note, section } from '../sections/kit/section.ts';
import { exportControls } from '../sections/kit/toolbar.ts';
import { planWords, startedWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** Two runs side by side: numbers and changes, no verdict. */
export function compareView({ before, after }: StateOf<'compare'>): View {
  const { rows, targets, differences } = compareRuns(before, after);
  const histogram = chartFigure(comparedHistogram(before, after));
  const timeline = chartFigure(comparedTimeline(before, after));
  return {
    charts: [histogram, timeline],
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('div', { class: 'headline' }, h('h1', { tabindex: -1 }, 'Two runs side by side')),
        h(
          'div',
          { class: 'toolbar', role: 'group', 'aria-label': 'Actions' },
          button('Swap', () => post({ type: 'swapRuns' })).element,
          button('Show History', () => post({ type: 'showHistory' })).element,
          exportGroup(before.id, after.id),
        ),
      ),
      h('div', { class: 'pair' }, runCard('Before', before), runCard('After', after)),
      differences.length === 0
        ? null
        : note(
            'warning',
            'The workloads differ, so no changes are shown.',
            h('ul', {}, ...differences.map((difference) => h('li', {}, difference))),
          ),
      note('info', "Two runs can't show run-to-run variation. Repeat both."),
      comparedRows(rows),
      comparedObjectives(before.objectives, after.objectives),
      section('Distribution and trends', h('div', { class: 'charts' }, histogram.element, timeline.element)),
      comparedTargets(targets),
    ),
  };
}

/** Format and place of an export of both runs. */
function exportGroup(before: string, after: string): HTMLElement {
  const format = dropdown<TwoRunsFormat>('Export format', [
    { value: 'html', text: 'HTML' },
    { value: 'markdown', text: 'Markdown' },
    { value: 'csv', text: 'CSV' },
  ]);
  const exportTo = (to: 'file' | 'clipboard') => () =>
    post({ type: 'exportCompared', before, after, format: format.value(), to });
  return exportControls(format, exportTo);
}

function runCard(side: string, record: RunRecord): HTMLElement {
  return h(
    'section',
    { class: 'run-card', 'aria-label': side },
    h('h2', {}, side, ' ', outcomeBadge(outcomeOf(record)), boundBadge(record)),
    h('p', { class: 'name' }, record.source === null ? record.name : fileButton(record.source, record.id)),
    h('p', { class: 'remark' }, `${startedWords(record)} · ${planWords(record.plan)}`),
    h('p', { class: 'remark' }, record.environment.host),
  );
}
