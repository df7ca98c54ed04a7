import type { ResultMark } from '../../../src/panel-protocol.ts';
import type { ChartFigure } from '../../charts/kit/figure.ts';
import { h, type Child } from '../../dom.ts';
import { icon, type IconName } from '../../icons.ts';

/** A part of the panel with a heading, which is also its name for screen readers. */
export function section(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { 'aria-label': title }, h('h2', {}, title), ...children);
}

/** A remark that a reader of the numbers must not miss. */
export function note(
  kind: Extract<IconName, 'info' | 'warning' | 'error'>,
  ...children: readonly Child[]
): HTMLElement {
  return h('p', { class: `note ${kind}` }, icon(kind), h('span', {}, ...children));
}

/** Sentences as a list. */
export function sentences(said: readonly string[]): HTMLElement {
  return h('ul', { class: 'sentences' }, ...said.map((each) => h('li', {}, each)));
}

/** Charts under a heading; null without charts. */
export function chartSection(title: string, charts: readonly ChartFigure[]): HTMLElement | null {
  if (charts.length === 0) return null;
  return section(title, h('div', { class: 'charts' }, ...charts.map(({ element }) => element)));
}

/** Remark on a result that isn't stored in a folder. */
export function sessionNote(keptForSession: boolean): HTMLElement | null {
  return keptForSession
    ? note('info', 'No folder is open. Export this result to keep it after the window closes.')
    : null;
}

/** The user's label and note for a result. */
export function markNote({ name, note: text }: ResultMark = {}): HTMLElement | null {
  const parts = [name, text].filter((part) => part !== undefined);
  return parts.length === 0 ? null : note('info', parts.join(': '));
}
