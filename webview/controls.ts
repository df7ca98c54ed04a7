// The only file that imports the webview UI toolkit. The toolkit is no longer developed, and replacing it must be a
// change in one file.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { setAttributes, setText } from './dom.ts';

/** Defines the toolkit's elements; once, before the first of them is made. */
export function registerControls(): void {
  provideVSCodeDesignSystem(document.body).register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
  );
}

/** A button with a busy state, in which it keeps the focus but has no effect. */
export interface Button {
  readonly element: HTMLElement;
  update(label: string, busy: boolean): void;
}

/** A push button; `primary` for the one thing that the user most likely wants. */
export function button(label: string, onPress: () => void, look: 'primary' | 'secondary' = 'secondary'): Button {
  const element = document.createElement('vscode-button');
  element.setAttribute('appearance', look);
  element.textContent = label;
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-disabled') !== 'true') onPress();
  });
  return {
    element,
    update(text, busy) {
      setText(element, text);
      setAttributes(element, { 'aria-disabled': busy ? 'true' : undefined });
    },
  };
}

/** A choice among a few. */
export interface Dropdown<T extends string> {
  readonly element: HTMLElement;
  value(): T;
}

/** An option: its value and its label. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly text: string;
}

/** A dropdown list; the first choice is made at first. */
export function dropdown<T extends string>(
  label: string,
  choices: readonly [Choice<T>, ...Choice<T>[]],
  onChange?: () => void,
): Dropdown<T> {
  const [first] = choices;
  const element = document.createElement('vscode-dropdown');
  element.setAttribute('aria-label', label);
  for (const { value, text } of choices) {
    const option = document.createElement('vscode-option');
    option.setAttribute('value', value);
    option.textContent = text;
    element.append(option);
  }
  if (onChange !== undefined) element.addEventListener('change', onChange);
  return {
    element,
    value: () => (choices.find(({ value }) => value === Reflect.get(element, 'value')) ?? first).value,
  };
}

/** Rotates during a task of unknown length. Hidden from screen readers, because the text next to it says the same. */
export function progressRing(): HTMLElement {
  const element = document.createElement('vscode-progress-ring');
  element.setAttribute('aria-hidden', 'true');
  return element;
}
