import type { GeneratedText } from '../../core/metrics/types.ts';

/** State of one of several alternatives in a response. */
export interface Choice {
  readonly id: unknown;
  /** Number of parts with text, and time of the last one. */
  parts: number;
  lastMs: number;
  finished: boolean;
  /** Number of texts and of their characters; the last text; and the first characters. */
  texts: number;
  textSize: number;
  text: string;
  start: string;
  /** Every text started with the previous one, and how often it was longer. */
  grows: boolean;
  growths: number;
  /** Inside `<think>` … `</think>`, and the last characters there. */
  thinks: boolean;
  tail: string;
  /** Characters in its first part, and in all parts. */
  firstSize: number;
  size: number;
  /** Number of characters that aren't text: reasoning and tool calls beside it. */
  besides: number;
  /** All of its text; empty unless texts are kept, undefined once it's too long. */
  said: string | undefined;
}

/** Maximum number of choices; further ones count as the first. */
const mostChoices = 128;
/** Number of texts that must contain the previous one before texts count as cumulative. */
const surelyGrowing = 2;
/** Minimum number of texts before one that equals all of them counts as a repetition. */
const surelyRepeated = 3;
/** Number of characters kept to detect a tag. */
const tagLength = 16;
/** Maximum length of a kept text, characters. */
const mostKept = 4 << 20;

/** Returns the choice with that ID, added to the list if it is new. */
export function choiceOf(choices: Choice[], id: unknown): Choice {
  const first = choices[0];
  if (first !== undefined && first.id === id) return first;
  const known = choices.find((choice) => choice.id === id);
  if (known !== undefined) return known;
  if (first !== undefined && choices.length >= mostChoices) return first;
  const choice: Choice = {
    id,
    parts: 0,
    lastMs: Number.NaN,
    finished: false,
    texts: 0,
    textSize: 0,
    text: '',
    start: '',
    grows: true,
    growths: 0,
    thinks: false,
    tail: '',
    firstSize: 0,
    size: 0,
    besides: 0,
    said: '',
  };
  choices.push(choice);
  return choice;
}

/** Returns true if a text repeats everything sent before. Some servers end a stream with the complete response. */
export const repeatsAll = (choice: Choice, text: string): boolean =>
  choice.texts >= surelyRepeated &&
  text.length === choice.textSize &&
  text.startsWith(choice.start) &&
  text.endsWith(choice.text);

/** Returns true if each text of a choice contains everything so far. */
export const sendsAll = ({ grows, growths }: Choice): boolean => grows && growths >= surelyGrowing;

/** Adds a text that isn't empty. Returns how many of its characters are new. */
export function addText(choice: Choice, text: string): number {
  const before = choice.text;
  if (choice.grows && before !== '') {
    if (!text.startsWith(before)) choice.grows = false;
    else if (text.length > before.length) choice.growths += 1;
  }
  choice.text = text;
  choice.texts += 1;
  if (sendsAll(choice)) return text.length - before.length;
  choice.textSize += text.length;
  return text.length;
}

const encoder = new TextEncoder();

/**
 * Keeps the text of a part.
 * @param besides number of characters of the part that aren't text
 */
export function keepText(choice: Choice, text: string, besides: number): void {
  choice.besides += besides;
  if (choice.said === undefined) return;
  choice.said = choice.said.length + text.length > mostKept ? undefined : choice.said + text;
}

/** Returns the text of a choice whose texts are kept; undefined if it's too long. */
export const textOf = (choice: Choice): string | undefined => (sendsAll(choice) ? choice.text : choice.said);

/** Returns the texts of choices whose texts are kept; undefined without any, and if something isn't text or is too long. */
export function textOfAll(choices: readonly Choice[]): readonly GeneratedText[] | undefined {
  const texts: GeneratedText[] = [];
  for (const choice of choices) {
    const text = textOf(choice);
    if (choice.besides > 0 || text === undefined) return undefined;
    if (text === '') continue;
    texts.push({ bytes: encoder.encode(text), firstBytes: Buffer.byteLength(text.slice(0, choice.firstSize)) });
  }
  return texts.length > 0 ? texts : undefined;
}

const thinkStart = /^\s*<(?:think|thinking|thought)>/;
const thinkEnd = /<\/(?:think|thinking|thought)>/;

/** Returns true if the next text of a choice is reasoning between tags. */
export function isThought(choice: Choice, text: string): boolean {
  if (choice.start.length < tagLength) {
    const started = thinkStart.test(choice.start);
    choice.start = (choice.start + text).slice(0, tagLength);
    if (!started && thinkStart.test(choice.start)) choice.thinks = true;
  }
  if (!choice.thinks) return false;
  const seen = choice.tail + text;
  choice.tail = seen.slice(-tagLength);
  if (thinkEnd.test(seen)) choice.thinks = false;
  return true;
}
