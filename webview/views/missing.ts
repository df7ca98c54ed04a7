import { button } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import type { StateOf, View } from './view.ts';

/** The run that was shown is no longer stored. */
export function missingView({ id }: StateOf<'missing'>): View {
  return {
    charts: [],
    element: h(
      'div',
      { class: 'welcome' },
      h('h1', { tabindex: -1 }, 'This run is no longer in the history'),
      h('p', {}, `Run ${id} was deleted, or older runs made room for newer ones.`),
      h(
        'div',
        { class: 'toolbar' },
        button('Show History', () => post({ type: 'showHistory' }), 'primary').element,
        button('Run Benchmark', () => post({ type: 'run' })).element,
      ),
    ),
  };
}
