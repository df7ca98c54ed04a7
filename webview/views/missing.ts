import { t } from '@vscode/l10n';
import { button } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import type { StateOf, View } from './view.ts';

/** The run that was shown is no longer kept. */
export function missingView({ id }: StateOf<'missing'>): View {
  return {
    charts: [],
    element: h(
      'div',
      { class: 'welcome' },
      h('h1', { tabindex: -1 }, t('This run is no longer in the history')),
      h('p', {}, t('Run {0} was deleted, or older runs made room for newer ones.', id)),
      h(
        'div',
        { class: 'toolbar' },
        button(t('Show History'), () => post({ type: 'showHistory' }), 'primary').element,
        button(t('Run Benchmark'), () => post({ type: 'run' })).element,
      ),
    ),
  };
}
