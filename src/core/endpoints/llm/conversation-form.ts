import { isObject, type Json } from '../json.ts';
import type { Turn } from '../data/conversations.ts';
import type { DialectName } from '../types.ts';
import { isChatPath } from './llm-api.ts';
import { messagesMark, systemMark } from './synthetic-marks.ts';

type Content = Turn['content'];

/** How an API writes a conversation. */
interface ConversationForm {
  /** Member with the messages. */
  readonly list: string;
  /** Returns a message of the user or of the model. */
  readonly message: (role: 'user' | 'assistant', content: Content) => Json;
  /** Returns the member for the message of the system; absent: it's the first message of the list. */
  readonly system?: (text: unknown) => Json;
}

const plainMessage: ConversationForm['message'] = (role, content) => ({ role, content });
const inMessages: ConversationForm = { list: 'messages', message: plainMessage };

/** APIs with messages. The others take a text. */
const forms: { readonly [Name in DialectName]?: ConversationForm } = {
  openai: inMessages,
  ollama: inMessages,
  messages: { ...inMessages, system: (system) => ({ system }) },
  responses: { list: 'input', message: plainMessage },
  gemini: {
    list: 'contents',
    message: (role, content) => ({
      role: role === 'user' ? 'user' : 'model',
      parts: typeof content === 'string' ? [{ text: content }] : content,
    }),
    system: (text) => ({ systemInstruction: { parts: [{ text }] } }),
  },
};

/** Returns whether an API supports conversations at a URL with this body. */
export function takesConversations(dialect: DialectName, url: string, body: Json | undefined): boolean {
  if (forms[dialect] === undefined) return false;
  return (dialect !== 'openai' && dialect !== 'ollama') || isChatPath(url) || 'messages' in (body ?? {});
}

/** Returns a message as JSON. */
export const messageText = (dialect: DialectName, role: 'user' | 'assistant', content: Content): string =>
  JSON.stringify((forms[dialect] ?? inMessages).message(role, content));

/**
 * Returns the body with placeholders for the messages of a conversation. System messages in the body stay first.
 * @param ownSystem a placeholder replaces them
 */
export function withConversationMarks(json: Json, dialect: DialectName, ownSystem: boolean): Json {
  const { list, system } = forms[dialect] ?? inMessages;
  const { [list]: before, ...others } = json;
  const kept = Array.isArray(before)
    ? before.filter((message: unknown) => isObject(message) && /^(?:system|developer)$/.test(String(message['role'])))
    : [];
  if (!ownSystem) return { ...others, [list]: [...kept, messagesMark] };
  if (system !== undefined) return { ...others, ...system(systemMark), [list]: [messagesMark] };
  return { ...others, [list]: [{ role: 'system', content: systemMark }, messagesMark] };
}
