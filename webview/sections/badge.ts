import { h } from '../dom.ts';

/** A short word about a thing, set apart from its name. The toolkit's own badge writes a style attribute, which the page forbids. */
export function badge(text: string, kind: 'plain' | 'warning' = 'plain'): HTMLElement {
  return h('span', { class: kind === 'plain' ? 'badge' : 'badge warning' }, text);
}
