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
}

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
): Prompt[] {
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
  return prompts;
}

/** Returns the prompt of an entry; undefined for a conversation without a user message, as in large data sets. */
function promptOf(value: unknown, fail: (message: string, hint: string) => never): Omit<Prompt, 'place'> | undefined {
  if (typeof value === 'string') return { text: value };
  if (!isObject(value)) return fail('is neither a string nor an object', 'Expected {"prompt": "Once upon a time"}.');
  const turns = value['conversations'] ?? value['conversation'] ?? value['turns'];
  if (Array.isArray(turns)) return firstHumanTurn(turns);
  const { messages, prompt, ...members } = value;
  const conversation = Array.isArray(messages) ? messages : prompt;
  if (Array.isArray(conversation) && conversation.every(isObject)) {
    const asked = upToUser(conversation);
    if (asked.length === 0) return fail('has no user message', 'Add {"role": "user", "content": "…"}.');
    return { messages: asked, members };
  }
  if (typeof prompt === 'string') return { text: prompt, members };
  if (prompt !== undefined) return { members: value };
  const name = textMembers.find((member) => typeof value[member] === 'string');
  if (name === undefined) return { members: value };
  const more = name === 'instruction' && typeof value['input'] === 'string' ? value['input'].trim() : '';
  return { text: more === '' ? String(value[name]) : `${String(value[name])}\n\n${more}` };
}

/** Returns the first human turn of ShareGPT (`from`, `value`) and similar formats (`role`, `content`, or texts). */
function firstHumanTurn(turns: readonly unknown[]): { text: string } | undefined {
  for (const turn of turns) {
    if (typeof turn === 'string') return { text: turn };
    if (!isObject(turn)) continue;
    const text = turn['value'] ?? turn['content'] ?? turn['text'];
    if (/^(?:human|user)$/i.test(String(turn['from'] ?? turn['role'])) && typeof text === 'string' && text !== '')
      return { text };
  }
  return undefined;
}

/** Returns the messages up to the last one of the user: the model generates those after it. */
const upToUser = (messages: readonly Json[]): readonly Json[] =>
  messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1);
