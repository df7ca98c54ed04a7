import { h } from '../dom.ts';
import { badge } from '../sections/badge.ts';
import { runToolbar } from '../sections/toolbar.ts';
import { statusWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A finished sweep: how throughput and latency change with concurrency. */
export function sweepView({ sweep }: StateOf<'sweep'>): View {
  return {
    charts: [],
    element: h(
      'div',
      {},
      h(
        'header',
        {},
        h('div', { class: 'headline' }, h('h1', { tabindex: -1 }, sweep.name), badge(statusWords(sweep.status))),
        runToolbar(sweep.id, 'sweep'),
      ),
      ...sweep.capacity.map((sentence) => h('p', {}, sentence)),
    ),
  };
}
