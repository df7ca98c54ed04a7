/** One of several alternatives in a response: what has come of it. */
export interface Choice {
  readonly id: unknown;
  /** Parts with text, and when the last of them came. */
  parts: number;
  lastMs: number;
  finished: boolean;
  /** How many texts it has, and characters in them; the last; and their first characters. */
  texts: number;
  textSize: number;
  text: string;
  start: string;
  /** Every text began with the one before, and so often it was longer. */
  grows: boolean;
  growths: number;
  /** Inside `<think>` … `</think>`, and the last characters there. */
  thinks: boolean;
  tail: string;
  /** Characters of its first part, and of all. */
  firstSize: number;
  size: number;
}

/** More alternatives than that are taken for the first. */
const mostChoices = 128;
/** So often must a text contain all of the one before, before texts are taken for the whole so far. */
const surelyGrowing = 2;
/** So many texts must there be before one that equals all of them is taken for a repetition. */
const surelyRepeated = 3;
/** Characters in which a tag shows. */
const tagLength = 16;

/** Returns the choice of that id in the list, a new one unless it is there. */
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
  };
  choices.push(choice);
  return choice;
}

/** Returns true when a text is all that was sent before: some servers end a stream with the whole response. */
export const repeatsAll = (choice: Choice, text: string): boolean =>
  choice.texts >= surelyRepeated &&
  text.length === choice.textSize &&
  text.startsWith(choice.start) &&
  text.endsWith(choice.text);

/** Returns true when each text of a choice is the whole so far. */
export const sendsAll = ({ grows, growths }: Choice): boolean => grows && growths >= surelyGrowing;

/** Takes in a text that isn't empty. Returns how many of its characters are new. */
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

const thinkStart = /^\s*<(?:think|thinking|thought)>/;
const thinkEnd = /<\/(?:think|thinking|thought)>/;

/** Returns true when a text of a choice, the next one, is reasoning between tags. */
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
