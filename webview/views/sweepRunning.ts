import { t } from '@vscode/l10n';
import { button } from '../controls.ts';
import { h, setText } from '../dom.ts';
import { post } from '../host.ts';
import { levelWords } from '../words.ts';
import type { StateOf, View } from './view.ts';

/** A sweep in progress. */
export function sweepRunningView(first: StateOf<'sweepRunning'>): View {
  const phase = h('p', { class: 'phase' });
  const cancel = button(t('Cancel'), () => post({ type: 'cancel' }));
  function update({ levels, current, cancelling }: StateOf<'sweepRunning'>): void {
    setText(phase, levelWords(levels, current));
    cancel.update(cancelling ? t('Cancelling …') : t('Cancel'), cancelling);
  }
  update(first);
  return {
    charts: [],
    update: (state) => {
      if (state.kind === 'sweepRunning') update(state);
    },
    element: h('div', {}, h('header', {}, h('h1', { tabindex: -1 }, first.name), phase, cancel.element)),
  };
}
