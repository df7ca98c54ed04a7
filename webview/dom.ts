/** Content of an element; nothing is drawn for null, undefined, and false. */
export type Child = Node | string | null | undefined | false;

/**
 * Attributes of an element. `true` sets an empty one, undefined and false set none. There is no `style`, because the
 * page forbids it.
 */
export interface Attributes {
  readonly class?: string | undefined;
  readonly [name: string]: string | number | boolean | undefined;
}

/** Creates an element. Strings become text nodes, so that text from a server is never read as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/** Sets or removes attributes, touching only those that change. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) {
      element.removeAttribute(name);
    } else {
      const text = value === true ? '' : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** Appends the content. */
function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Sets the text of an element when it differs: selections and screen readers keep their place. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
