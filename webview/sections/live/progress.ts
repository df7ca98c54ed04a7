import { h, setAttributes, setText } from '../../dom.ts';

/** A bar that fills, with the same in words. */
export interface Progress {
  readonly element: HTMLElement;
  update(share: number, words: string): void;
}

/** A progress bar; `label` is its name for screen readers. */
export function createProgress(label: string): Progress {
  const fill = h('div', { class: 'progress-fill' });
  const bar = h(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    fill,
  );
  const words = h('p', { class: 'remark' });
  return {
    element: h('div', { class: 'progress-box' }, bar, words),
    update(share, text) {
      fill.style.width = `${share * 100}%`;
      setAttributes(bar, { 'aria-valuenow': Math.round(share * 100), 'aria-valuetext': text });
      setText(words, text);
    },
  };
}
