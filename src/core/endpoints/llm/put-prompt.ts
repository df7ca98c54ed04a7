import type { Prompt } from '../data/prompts.ts';
import type { DialectName } from '../types.ts';
import { promptIn, requestsOf } from './api-requests.ts';
import { objectOr, type Json } from '../json.ts';

/** Members of bodies that an entry without a prompt may set. */
const requestMembers = new Set(['prompt', 'messages', 'model', 'max_tokens', 'temperature', 'stop', 'seed', 'options']);

/**
 * Returns the body with a prompt: a text replaces the prompt or the last message of the user, a conversation replaces all
 * messages, and members are laid over the body.
 * @param chat the body has messages
 */
export function withPrompt(
  written: Json,
  { place, text: prompt, messages: conversation, members }: Prompt,
  { chat, dialect }: { readonly chat: boolean; readonly dialect: DialectName },
  fail: (message: string, hint: string) => never,
): Json {
  const json = { ...written, ...members };
  const member = requestsOf(dialect).prompt(json);
  if (conversation !== undefined) {
    if (dialect === 'responses') return { ...json, input: conversation };
    if (chat) return { ...json, messages: conversation };
    return fail(`${place} is a conversation, but this URL takes text.`, 'Send it to …/chat/completions.');
  }
  if (prompt === undefined) {
    if (chat && Array.isArray(members?.['prompt']))
      return fail(`${place} is a list, but this URL takes messages.`, 'Send it to …/completions.');
    const known = Object.keys(members ?? {}).some((name) => name in written || requestMembers.has(name));
    if (known && (member in json || 'messages' in json)) return json;
    const hint = 'Expected a member prompt, text, messages, conversations, question, or instruction.';
    return fail(`${place} has no prompt.`, hint);
  }
  if (!chat) return { ...json, ...promptIn(json, dialect, prompt) };
  const messages: unknown[] = Array.isArray(json['messages']) ? json['messages'] : [];
  const last = messages.findLastIndex((message) => objectOr(message)['role'] === 'user');
  const message = { role: 'user', content: prompt };
  return { ...json, messages: last < 0 ? [...messages, message] : messages.with(last, message) };
}
