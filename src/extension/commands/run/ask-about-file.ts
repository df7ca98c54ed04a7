import type { QuickPickItem, Uri } from 'vscode';
import { shownAs } from '../../services/workspace/documents.ts';
import { askAll, askPick, askText, type Ask, type Step, type StepPlace } from './steps.ts';

/** Initial values of the prompts about an endpoints file. */
export interface FileQuestions<Preset> {
  /** More than one: the file is asked first. */
  readonly files: readonly Uri[];
  /**
   * Initial values for a file: the last ones, or those of the file. Undefined: it can't be run, and the user has been
   * told.
   */
  readonly preset: (uri: Uri) => Promise<Preset | undefined>;
}

/** A question for a line of text. */
export interface TextQuestion<Preset> {
  /** `before`: answers of the earlier questions, empty for those that weren't asked. */
  readonly prompt: (before: readonly string[]) => string;
  /** Initial value of the input. */
  readonly value: (preset: Preset, before: readonly string[]) => string;
  /** What is wrong with an input, in one sentence. */
  readonly problem: (text: string, before: readonly string[], preset: Preset) => string | undefined;
  /** What is doubtful about a text that isn't wrong, in one sentence; absent: nothing. */
  readonly warning?: (text: string, before: readonly string[], preset: Preset) => string | undefined;
  /** Returns whether it is asked after these answers; absent: always. */
  readonly isAsked?: (before: readonly string[]) => boolean;
}

/** A question with a few answers. */
export interface PickQuestion<Preset> {
  readonly placeholder: string;
  readonly items: readonly (QuickPickItem & { readonly value: string })[];
  /** Value of the item that is active at first. */
  readonly value: (preset: Preset) => string;
}

/** File and answers, with a way back at each step; undefined when the user went away. */
export async function askAboutFile<Preset>(
  title: string,
  { files, preset }: FileQuestions<Preset>,
  questions: readonly (TextQuestion<Preset> | PickQuestion<Preset>)[],
): Promise<{ readonly uri: Uri; readonly texts: readonly string[] } | undefined> {
  let [uri] = files;
  let texts: string[] = [];

  const askFile = async (place: StepPlace): Promise<Step<unknown>> => {
    const items = files.map((file) => ({ label: `$(pulse) ${shownAs(file)}`, file }));
    const active = items.find(({ file }) => file === uri);
    const picked = await askPick(place, { placeholder: 'Select an endpoints file', items, active });
    if (picked.kind !== 'next') return picked;
    // The input was meant for the other file.
    if (picked.value.file !== uri) texts = [];
    uri = picked.value.file;
    return picked;
  };
  /** Answers of the earlier questions; empty for those that weren't asked. */
  const textsBefore = (at: number): string[] => Array.from({ length: at }, (_, i) => texts[i] ?? '');
  const asks = questions.map((question, at): Ask => async (place) => {
    const byDefault = uri === undefined ? undefined : await preset(uri);
    if (byDefault === undefined) return { kind: 'cancelled' };
    const before = textsBefore(at);
    if ('items' in question) {
      const { placeholder, items, value } = question;
      const wanted = texts[at] ?? value(byDefault);
      const picked = await askPick(place, { placeholder, items, active: items.find((item) => item.value === wanted) });
      // Later inputs were meant for the other answer.
      if (picked.kind === 'next' && picked.value.value !== texts[at]) texts = [...before, picked.value.value];
      return picked;
    }
    const answer = await askText(place, {
      prompt: question.prompt(before),
      value: texts[at] ?? question.value(byDefault, before),
      validate: (text) => question.problem(text, before, byDefault),
      warn: (text) => question.warning?.(text, before, byDefault),
    });
    if (answer.kind === 'next') texts = [...before, answer.value, ...texts.slice(at + 1)];
    return answer;
  });

  const isAsked = (at: number): boolean => {
    const question = questions[at];
    return question === undefined || 'items' in question || question.isAsked?.(textsBefore(at)) !== false;
  };
  const answered = await askAll(title, () => [
    ...(files.length > 1 ? [askFile] : []),
    ...asks.filter((_, at) => isAsked(at)),
  ]);
  return answered && uri !== undefined ? { uri, texts } : undefined;
}
