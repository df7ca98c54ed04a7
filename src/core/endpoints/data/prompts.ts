import { isObject, type Json } from '../json.ts';
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

/** Prompts of a file, and the number of its entries: those without a prompt are skipped. */
export interface ReadPrompts {
  readonly prompts: readonly Prompt[];
  readonly entries: number;
}

/** Members that contain an answer. None of them is a member of a request. */
const answerMembers = ['answer', 'completion', 'response', 'output', 'expected_output'] as const;

/** Members that contain a question; the first present one counts. Other members describe the data set. */
const textMembers = ['text', 'question', 'instruction', 'input', 'query'] as const;

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
  const failAt: FailAt = (line, message, hint) => fail(`${path}:${line} ${message}.`, hint);
  const entries = readEntries(path, bytes, failAt);
  if (entries.length === 0) return fail(`Prompts file ${path} is empty.`, 'Write one prompt per line.');
  const prompts = entries.flatMap(({ value, line }) => {
    const prompt = promptOf(value, (message, hint) => failAt(line, message, hint));
    return prompt === undefined ? [] : [{ place: `${path}:${line}`, ...prompt }];
  });
  if (prompts.length === 0) return failAt(1, 'has no conversation with a user turn', 'Specify another file.');
  return { prompts, entries: entries.length };
}

/** Returns the prompt of an entry; undefined for a conversation without a user message, as in large data sets. */
function promptOf(value: unknown, fail: (message: string, hint: string) => never): Omit<Prompt, 'place'> | undefined {
  if (typeof value === 'string') return { text: value };
  if (!isObject(value)) return fail('is neither a string nor an object', 'Expected {"prompt": "Once upon a time"}.');
  const turns = value['conversations'] ?? value['conversation'] ?? value['turns'];
  if (Array.isArray(turns)) return firstHumanTurn(turns);
  const { messages, prompt, ...others } = value;
  const said = answerMembers.find((name) => typeof others[name] === 'string');
  const own = said === undefined ? undefined : String(others[said]);
  const members = said === undefined ? others : without(others, said);
  const withAnswer = <T extends object>(found: T, answer = own): T & Pick<Prompt, 'answer'> =>
    answer === undefined ? found : { ...found, answer };
  const conversation = Array.isArray(messages) ? messages : prompt;
  if (Array.isArray(conversation) && conversation.every(isObject)) {
    const asked = upToUser(conversation);
    if (asked.length === 0) return fail('has no user message', 'Add {"role": "user", "content": "…"}.');
    return withAnswer({ messages: asked, members }, contentOf(conversation[asked.length]) ?? own);
  }
  if (typeof prompt === 'string') return withAnswer({ text: prompt, members });
  if (prompt !== undefined) return { members: value };
  const name = textMembers.find((member) => typeof value[member] === 'string');
  if (name === undefined) return { members: value };
  const more = name === 'instruction' && typeof value['input'] === 'string' ? value['input'].trim() : '';
  return withAnswer({ text: more === '' ? String(value[name]) : `${String(value[name])}\n\n${more}` });
}

const without = (members: Json, name: string): Json =>
  Object.fromEntries(Object.entries(members).filter(([key]) => key !== name));

/** Returns the text of a message; undefined without one. */
function contentOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  if (!isObject(message)) return undefined;
  const text = message['value'] ?? message['content'] ?? message['text'];
  return typeof text === 'string' && text !== '' ? text : undefined;
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

const isHuman = (turn: Json): boolean => /^(?:human|user)$/i.test(String(turn['from'] ?? turn['role']));

/** Returns the messages up to the last one of the user: the model generates those after it. */
const upToUser = (messages: readonly Json[]): readonly Json[] =>
  messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1);
