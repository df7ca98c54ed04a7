import type { Snapshot } from '../../../src/core/metrics/types.ts';
import { formatS } from '../../../src/core/format.ts';
import { precisionText } from '../../../src/core/report/words/steady-words.ts';
import { button, progressRing } from '../../controls.ts';
import { h, setAttributes, setText } from '../../dom.ts';
import { post } from '../../host.ts';

/** The header of a run in progress: its name, its plan, its progress, and the Cancel button. */
export interface LiveHeader {
  readonly element: HTMLElement;
  /** `reason`: why it does what it does. */
  update(
    phase: string,
    snapshot: Pick<Snapshot, 'elapsedMs' | 'precision'> | null,
    cancelling: boolean,
    reason?: string,
  ): void;
}

/** The header of a run or a sweep in progress; `plan` in words. */
export function createLiveHeader(name: string, plan: string): LiveHeader {
  const phase = h('span');
  const elapsed = h('span', { class: 'elapsed' });
  const why = h('p', { class: 'reason' });
  const cancel = button('Cancel', () => post({ type: 'cancel' }));
  return {
    element: h(
      'header',
      {},
      h('div', { class: 'headline' }, h('h1', { tabindex: -1 }, name)),
      h('p', { class: 'phase' }, progressRing(), phase, elapsed),
      why,
      h('p', { class: 'remark' }, plan),
      h('div', { class: 'toolbar' }, cancel.element),
    ),
    update(words, snapshot, cancelling, reason = '') {
      setText(phase, words);
      setText(why, reason);
      setAttributes(why, { hidden: reason === '' });
      const known = snapshot?.precision;
      setText(
        elapsed,
        snapshot === null
          ? ''
          : [
              formatS(snapshot.elapsedMs / 1000),
              ...(known ? [`${precisionText(known)} (until ${known.asked.text})`] : []),
            ].join(' · '),
      );
      cancel.update(cancelling ? 'Cancelling …' : 'Cancel', cancelling);
    },
  };
}
