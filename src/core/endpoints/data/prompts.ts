import { isObject, type Json } from '../json.ts';
import { roleOf } from './conversations.ts';
import { readEntries, type FailAt } from './data-set.ts';

/** A prompt of a prompts file. */
export interface Prompt {
  /** File and line: `prompts.jsonl:3`. */
  readonly place: string;
  /** A question; absent with a conversation, or if the members contain all. */
  readonly text?: string;
  /** A conversation up to the last user message, with roles. */
  readonly messages?: readonly Json[];
  /** Members that override those of the body. */
  readonly members?: Json;
  /** The answer in the data set; absent without one. */
  readonly answer?: string;
}

/** Prompts of a file, and the number of its entries: those with an empty prompt or without a user turn are skipped. */
export interface ReadPrompts {
  readonly prompts: readonly Prompt[];
  readonly entries: number;
}

/** Members that contain an answer. None of them is a member of a request. */
const answerMembers = ['answer', 'completion', 'response', 'output', 'expected_output'] as const;

/** Members that contain a question; the first present one counts. Other members describe the data set. */
const textMembers = ['text', 'question', 'instruction', 'input', 'query'] as const;

const knownMembers = new Set<string>(['prompt', 'messages', ...textMembers, ...answerMembers]);

/**
 * Returns the prompts of a file, see readEntries: texts, objects whose members override those of the body, and the
 * questions of common data sets. `fail` receives a message and a hint.
 */
export function readPrompts(
  path: string,
  bytes: Uint8Array | undefined,
  fail: (message: string, hint: string) => never,
): ReadPrompts {
  if (bytes === undefined) {
    return fail(`Can't read prompts file ${path}.`, 'Check the path (relative to the endpoints file).');
  }
  const failAt: FailAt = (place, message, hint) => fail(`${place} ${message}.`, hint);
  const prompts: Prompt[] = [];
  let entries = 0;
  for (const { value, place } of readEntries(path, bytes, failAt)) {
    entries += 1;
    const prompt = promptOf(value, (message, hint) => failAt(place, message, hint));
    if (prompt !== undefined) prompts.push({ place, ...prompt });
  }
  if (entries === 0) return fail(`Prompts file ${path} is empty.`, 'Write one prompt per line.');
  if (prompts.length === 0) {
    return failAt(path, 'has only empty prompts, or conversations without a user turn', 'Specify another file.');
  }
  return { prompts, entries };
}

/** Returns the prompt of an entry; undefined if it's empty or a conversation without a user turn, as in large data sets. */
function promptOf(entry: unknown, fail: (message: string, hint: string) => never): Omit<Prompt, 'place'> | undefined {
  if (typeof entry === 'string') return isEmpty(entry) ? undefined : { text: entry };
  if (!isObject(entry)) return fail('is neither a string nor an object', 'Expected {"prompt": "Once upon a time"}.');
  const value = withKnownNames(entry);
  const turns = value['conversations'] ?? value['conversation'] ?? value['turns'];
  if (Array.isArray(turns)) return firstHumanTurn(turns);
  const { messages, prompt, ...others } = value;
  const said = answerMembers.find((name) => typeof others[name] === 'string');
  const own = said === undefined ? undefined : String(others[said]);
  const members = said === undefined ? others : without(others, said);
  const withAnswer = <T extends object>(found: T, answer = own): T & Pick<Prompt, 'answer'> =>
    answer === undefined ? found : { ...found, answer };
  if (messages !== undefined && messages !== null && !Array.isArray(messages))
    return fail("has messages that aren't a list", 'Expected {"messages": [{"role": "user", "content": "…"}]}.');
  const conversation = messages ?? prompt;
  if (Array.isArray(conversation) && conversation.every(isObject)) {
    const asked = upToUser(conversation);
    if (asked.length === 0) return fail('has no user message', 'Add {"role": "user", "content": "…"}.');
    if (hasNoText(asked.at(-1))) return undefined;
    return withAnswer({ messages: asked, members }, contentOf(conversation[asked.length]) ?? own);
  }
  if (typeof prompt === 'string') return isEmpty(prompt) ? undefined : withAnswer({ text: prompt, members });
  if (Array.isArray(prompt)) return { members: value };
  if (prompt !== undefined && prompt !== null)
    return fail('has a prompt that is neither a text nor a list', 'Expected {"prompt": "Once upon a time"}.');
  const name = textMembers.find((member) => typeof value[member] === 'string');
  if (name === undefined) return { members };
  if (isEmpty(String(value[name]))) return undefined;
  const more = name === 'instruction' && typeof value['input'] === 'string' ? value['input'].trim() : '';
  return withAnswer({ text: more === '' ? String(value[name]) : `${String(value[name])}\n\n${more}` });
}

/** Returns an entry in which members such as `Prompt`, common in headers of CSV files, have their known names. */
function withKnownNames(entry: Json): Json {
  const knownName = (name: string): string => {
    const known = name.trim().toLowerCase();
    return knownMembers.has(known) && !Object.hasOwn(entry, known) ? known : name;
  };
  // Files may have a million entries, and few need a copy.
  return Object.keys(entry).every((name) => knownName(name) === name)
    ? entry
    : Object.fromEntries(Object.entries(entry).map(([name, value]) => [knownName(name), value]));
}

const without = (members: Json, name: string): Json =>
  Object.fromEntries(Object.entries(members).filter(([key]) => key !== name));

const isEmpty = (text: string): boolean => text.trim() === '';

/** Returns whether a message has neither a text nor parts. */
const hasNoText = (message: Json | undefined): boolean =>
  !Array.isArray(message?.['content']) && contentOf(message) === undefined;

/** Returns the text of a message; undefined without one. */
function contentOf(message: unknown): string | undefined {
  const text = isObject(message) ? (message['value'] ?? message['content'] ?? message['text']) : message;
  return typeof text === 'string' && !isEmpty(text) ? text : undefined;
}

/**
 * Returns the first human turn of ShareGPT (`from`, `value`) and similar formats (`role`, `content`, or texts), and the
 * turn after it as the answer.
 */
function firstHumanTurn(turns: readonly unknown[]): Omit<Prompt, 'place'> | undefined {
  for (const [index, turn] of turns.entries()) {
    const text = contentOf(turn);
    if (text === undefined || (isObject(turn) && !isHuman(turn))) continue;
    const next = turns[index + 1];
    const answer = isObject(next) && isHuman(next) ? undefined : contentOf(next);
    return { text, ...(answer !== undefined && { answer }) };
  }
  return undefined;
}

const isHuman = (turn: Json): boolean => /^(?:human|user)$/.test(roleOf(turn));

/** Returns the messages up to the last one of the user: the model generates those after it. */
const upToUser = (messages: readonly Json[]): readonly Json[] =>
  messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1);
