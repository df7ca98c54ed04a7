import { parseThinkTime } from '../../values/llm/think.ts';
import { readConversations } from '../data/conversations.ts';
import type { Json } from '../json.ts';
import type { Conversations, DialectName, LlmChoices } from '../types.ts';
import { takesConversations, withConversationMarks } from './conversation-form.ts';

type Fail = (message: string, hint: string) => never;

/** Directives that set what a conversation sets itself. */
const others = [
  ['prompts', '@prompts'],
  ['inputTokens', '@input-tokens'],
  ['outputTokens', '@output-tokens'],
  ['image', '@image'],
] as const satisfies readonly (readonly [keyof LlmChoices, string])[];

/** Fails for directives that can't be combined with conversations, and for conversations that a target can't have. */
function check(
  llm: LlmChoices,
  {
    dialect,
    url,
    written,
  }: { readonly dialect: DialectName; readonly url: string; readonly written: Json | undefined },
  fail: Fail,
): void {
  const other = others.find(([name]) => llm[name] !== undefined);
  if (other !== undefined) fail(`@conversations and ${other[1]} can't be combined.`, 'Remove one of them.');
  if (takesConversations(dialect, url, written)) return;
  fail(
    "This URL takes a text, so it can't have a conversation.",
    'Use an API with messages, such as …/chat/completions, …/messages, …/responses, or Ollama’s /api/chat.',
  );
}

/**
 * Returns the conversations of a target; undefined if it has none. `fail` is called with what is wrong and what to do.
 * @param written the body in the file
 * @param bodyOf returns the bytes of a body with everything that the directives say
 */
export function conversationsOf(
  llm: LlmChoices,
  api: { readonly dialect: DialectName; readonly url: string; readonly written: Json | undefined },
  bodyOf: (json: Json, ownLimit: boolean) => Uint8Array,
  read: (path: string) => Uint8Array | undefined,
  fail: Fail,
): Conversations | undefined {
  const { conversations: path, think } = llm;
  if (path === undefined) {
    return think === undefined
      ? undefined
      : fail('@think has no conversations.', 'Add # @conversations with a file of them, such as chats.jsonl.');
  }
  check(llm, api, fail);
  const list = readConversations(path, read(path), fail);
  const time = think === undefined ? undefined : parseThinkTime(think);
  const { written = {}, dialect } = api;
  return {
    list,
    order: llm.promptsOrder ?? 'rotate',
    ...(time !== undefined && { think: time }),
    bodies: [0, 1, 2, 3].map((own) => bodyOf(withConversationMarks(written, dialect, own % 2 === 1), own >= 2)),
  };
}
