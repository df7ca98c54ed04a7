import { readEntries, type FailAt } from './data-set.ts';

type Json = Readonly<Record<string, unknown>>;

/** What an entry of a file of prompts asks. */
export interface Prompt {
  /** Where it stands: `prompts.jsonl:3`. */
  readonly place: string;
  /** A question; undefined when there is a conversation, or when the members say it all. */
  readonly text?: string;
  /** A conversation up to the last message of the user, roles kept. */
  readonly messages?: readonly Json[];
  /** Members that are laid over the body. */
  readonly members?: Json;
}

/** Members of an entry that hold a question, the first that is there counts. Others of the entry are about the data set. */
const textMembers = ['text', 'question', 'instruction', 'input', 'query'] as const;

/**
 * The prompts of a file, see readEntries: texts, objects whose members are laid over the body, and entries of the usual data
 * sets, of which the question is taken. `fail` is called with what is wrong and what to do.
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

/** Undefined for a conversation in which nobody asks anything: large data sets have some. */
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

/** The first turn of a person, as ShareGPT (`from`, `value`) and others (`role`, `content`, or plain texts) have it. */
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

/** The messages without the responses at the end, which are what the model is asked for. */
const upToUser = (messages: readonly Json[]): readonly Json[] =>
  messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
