import { parseDurationMs } from '../../values/duration.ts';
import { mostThinkMs } from '../../values/llm/think.ts';
import { isObject, type Json } from '../json.ts';
import { readEntries, type FailAt } from './data-set.ts';

/** One message of the user in a conversation. */
export interface Turn {
  /** A text, or a list of parts as an API has them. */
  readonly content: string | readonly Json[];
  /** Time between the end of the previous turn and this one, ms; absent: not set. */
  readonly thinkMs?: number;
  /** Maximum number of output tokens; absent: not set. */
  readonly maxTokens?: number;
}

/** A conversation of a file: the user's turns. The responses come from the model. */
export interface Conversation {
  /** Message of the system; absent: not set. */
  readonly system?: string;
  /** At least one. */
  readonly turns: readonly Turn[];
}

type Fail = (message: string, hint: string) => never;

const shape = 'Expected {"turns": ["Hello", "Tell me more"]}, or a list of messages or conversations with roles.';

/**
 * Returns the conversations of a file, see readEntries: objects with `messages` (role, content), ShareGPT's `conversations`
 * (from, value), or `turns` (texts, or objects with `text`, `delay`, and `max_tokens`). Answers in the file are left out, and
 * so are conversations without a turn of the user, or with an empty one. `fail` receives a message and a hint.
 */
export function readConversations(path: string, bytes: Uint8Array | undefined, fail: Fail): Conversation[] {
  if (bytes === undefined) {
    return fail(`Can't read conversations file ${path}.`, 'Check the path (relative to the endpoints file).');
  }
  const failAt: FailAt = (place, message, hint) => fail(`${place} ${message}.`, hint);
  const conversations: Conversation[] = [];
  let isEmpty = true;
  for (const { value, place } of readEntries(path, bytes, failAt)) {
    isEmpty = false;
    const conversation = conversationOf(value, (message, hint) => failAt(place, message, hint));
    if (conversation !== undefined) conversations.push(conversation);
  }
  if (isEmpty) return fail(`Conversations file ${path} is empty.`, shape);
  if (conversations.length === 0) return failAt(path, 'has no conversation with a user turn that has a text', shape);
  return conversations;
}

/** Returns the conversation of an entry; undefined without a turn of the user, or with an empty one, as in large data sets. */
function conversationOf(value: unknown, fail: Fail): Conversation | undefined {
  const entry = isObject(value) ? value : {};
  const list = entry['messages'] ?? entry['conversations'] ?? entry['conversation'] ?? entry['turns'];
  if (!Array.isArray(list)) return fail("isn't a conversation", shape);
  const turns = list.flatMap((one: unknown) => turnOf(one, fail) ?? []);
  if (turns.length === 0) return undefined;
  if (turns.some(({ content }) => content === '')) {
    // Published data sets have them, so they can't be fixed. Lists of turns are written for a benchmark.
    return list === entry['turns'] ? fail('has an empty turn', shape) : undefined;
  }
  const system = typeof entry['system'] === 'string' ? entry['system'] : systemIn(list);
  const maxTokens = limitIn(entry, fail);
  return {
    ...(system !== undefined && { system }),
    turns: maxTokens === undefined ? turns : turns.map((turn) => Object.assign({ maxTokens }, turn)),
  };
}

/** Returns the role of a message in lower case; user without one. */
export function roleOf(message: Json): string {
  const role = message['role'] ?? message['from'];
  return typeof role === 'string' ? role.toLowerCase() : 'user';
}

/** Returns the first message of the system; undefined without one. */
function systemIn(list: readonly unknown[]): string | undefined {
  const found = list.filter(isObject).find((message) => /^(?:system|developer)$/.test(roleOf(message)));
  const text = found?.['content'] ?? found?.['value'] ?? found?.['text'];
  return typeof text === 'string' ? text : undefined;
}

/** Returns a turn of the user, with the content '' if it's empty; undefined for another role. */
function turnOf(value: unknown, fail: Fail): Turn | undefined {
  if (typeof value === 'string') return { content: value.trim() === '' ? '' : value };
  if (!isObject(value)) return fail('has a turn that is neither a text nor an object', shape);
  if (!/^(?:user|human)$/.test(roleOf(value))) return undefined;
  const content = value['content'] ?? value['value'] ?? value['text'] ?? '';
  if (typeof content === 'string' ? content.trim() === '' : Array.isArray(content) && content.length === 0)
    return { content: '' };
  if (typeof content !== 'string' && !(Array.isArray(content) && content.every(isObject)))
    return fail('has a user turn that is neither a text nor a list of parts', shape);
  const thinkMs = delayIn(value, fail);
  const maxTokens = limitIn(value, fail);
  return { content, ...(thinkMs !== undefined && { thinkMs }), ...(maxTokens !== undefined && { maxTokens }) };
}

function delayIn({ delay }: Json, fail: Fail): number | undefined {
  if (delay === undefined || delay === null) return undefined;
  const ms = typeof delay === 'string' ? parseDurationMs(delay) : delay;
  if (typeof ms === 'number' && ms >= 0 && ms <= mostThinkMs) return ms;
  return fail(
    `has the delay ${JSON.stringify(delay)}, which isn't valid`,
    'Expected milliseconds, or a time such as "2s", up to 1h.',
  );
}

function limitIn({ max_tokens: limit }: Json, fail: Fail): number | undefined {
  if (limit === undefined || limit === null) return undefined;
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= 10_000_000) return limit;
  return fail(`has max_tokens ${JSON.stringify(limit)}, which isn't valid`, 'Expected a whole number above 0.');
}
