import { h } from '../dom.ts';

/** A short word about a thing, set apart from its name. The toolkit's own badge writes a style attribute, which the page forbids. */
export function badge(text: string): HTMLElement {
  return h('span', { class: 'badge' }, text);
}
