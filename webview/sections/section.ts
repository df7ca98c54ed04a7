import { h, type Child } from '../dom.ts';
import { icon, type IconName } from '../icons.ts';

/** A part of the panel under a heading of its own, which is also what a screen reader calls it. */
export function section(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { 'aria-label': title }, h('h2', {}, title), ...children);
}

/** A remark that a reader of the numbers must not miss. */
export function note(kind: Extract<IconName, 'info' | 'warning'>, ...children: readonly Child[]): HTMLElement {
  return h('p', { class: `note ${kind}` }, icon(kind), h('span', {}, ...children));
}
