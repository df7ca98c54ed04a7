import { Disposable, InputBoxValidationSeverity, QuickInputButtons, window, type QuickPickItem } from 'vscode';

/** Result of one step of a multi-step input. */
export type Step<T> = { readonly kind: 'next'; readonly value: T } | { readonly kind: 'back' | 'cancelled' };

/** Position of a step; `first` has no way back. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

const buttons = ({ step }: StepPlace) => (step > 1 ? [QuickInputButtons.Back] : []);

/** A question for a line of text. */
interface TextInput {
  readonly prompt: string;
  readonly value: string;
  /** Returns what is wrong; Enter has no effect until nothing is. */
  validate(text: string): string | undefined;
  /** Returns what is doubtful about a text that isn't wrong. */
  warn?(text: string): string | undefined;
}

/** Asks for a line of text. */
export function askText(place: StepPlace, question: TextInput): Promise<Step<string>> {
  const box = window.createInputBox();
  const validate = (): boolean => {
    const wrong = question.validate(box.value);
    const doubt = wrong === undefined ? question.warn?.(box.value) : undefined;
    box.validationMessage =
      doubt === undefined ? wrong : { message: doubt, severity: InputBoxValidationSeverity.Warning };
    // A message hides the prompt. An empty box then has it as its placeholder.
    box.placeholder = doubt === undefined ? undefined : question.prompt;
    return wrong === undefined;
  };
  Object.assign(box, place, { prompt: question.prompt, value: question.value, buttons: buttons(place) });
  box.valueSelection = [0, question.value.length];
  box.ignoreFocusOut = true;
  // The initial value may be doubtful, but nobody has typed anything wrong yet.
  if (question.validate(box.value) === undefined) validate();
  return new Promise((resolve) => {
    const subscriptions = Disposable.from(
      box,
      box.onDidChangeValue(validate),
      box.onDidTriggerButton(() => finish({ kind: 'back' })),
      box.onDidAccept(() => {
        if (validate()) finish({ kind: 'next', value: box.value });
      }),
      box.onDidHide(() => finish({ kind: 'cancelled' })),
    );
    const finish = (result: Step<string>): void => {
      resolve(result);
      subscriptions.dispose();
    };
    box.show();
  });
}

/** Lets one of several be picked. */
export function askPick<T extends QuickPickItem>(
  place: StepPlace,
  question: { readonly placeholder: string; readonly items: readonly T[]; readonly active?: T | undefined },
): Promise<Step<T>> {
  const pick = window.createQuickPick<T>();
  Object.assign(pick, place, { placeholder: question.placeholder, items: question.items, buttons: buttons(place) });
  if (question.active !== undefined) pick.activeItems = [question.active];
  pick.ignoreFocusOut = true;
  return new Promise((resolve) => {
    const subscriptions = Disposable.from(
      pick,
      pick.onDidTriggerButton(() => finish({ kind: 'back' })),
      pick.onDidAccept(() => {
        const [value] = pick.activeItems;
        if (value !== undefined) finish({ kind: 'next', value });
      }),
      pick.onDidHide(() => finish({ kind: 'cancelled' })),
    );
    const finish = (result: Step<T>): void => {
      resolve(result);
      subscriptions.dispose();
    };
    pick.show();
  });
}

/** One step of several. */
export type Ask = (place: StepPlace) => Promise<Step<unknown>>;

/**
 * Asks one question after the other, with a way back at each; false when the user went away.
 * @param questions called before each step, because an answer may need further questions
 */
export async function askAll(title: string, questions: () => readonly Ask[]): Promise<boolean> {
  for (let at = 0; ;) {
    const asks = questions();
    if (at >= asks.length) return true;
    const answer = await asks[at]?.({ title, step: at + 1, totalSteps: asks.length });
    if (answer === undefined || answer.kind === 'cancelled') return false;
    at += answer.kind === 'next' ? 1 : -1;
  }
}
