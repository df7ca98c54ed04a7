import { messageText } from '../../../core/endpoints/llm/conversation-form.ts';
import { lengthMark, messagesMark, systemMark } from '../../../core/endpoints/llm/synthetic-marks.ts';
import type { Conversation } from '../../../core/endpoints/data/conversations.ts';
import type { Conversations } from '../../../core/endpoints/types.ts';
import { asksExactLengths, conversationAt, thinkTimes } from '../../../core/plan/conversations.ts';
import { wholeOf, type Body } from '../body-bytes.ts';
import type { WireRequest } from '../transport.ts';
import { cutAtMarks } from './body-marks.ts';

const marks = [String(messagesMark), String(systemMark), String(lengthMark)] as const;
type Mark = (typeof marks)[number];

/**
 * Returns a request that starts a conversation, a new one for each turn of its target. Each of its requests makes the next from
 * the model's answer.
 * @param forms the requests by what a conversation sets itself; see Conversations.bodies
 */
export function withConversations(
  forms: readonly WireRequest[],
  conversations: Conversations,
  seed: number,
): WireRequest {
  const [first] = forms;
  if (first === undefined) throw new RangeError('no forms');
  const at = conversationAt(conversations, seed);
  const thinkOf = thinkTimes(conversations, seed);
  const cutBody = cutter();
  const { dialect = 'openai' } = first;
  const isExact = asksExactLengths(conversations);

  /**
   * Returns the request of one turn.
   * @param number of the request among all of the session; all turns of a conversation have that of the first
   * @param sequence number of the conversation in the sequence of its target
   * @param before messages of the earlier turns as JSON, each followed by a comma
   */
  const requestOf = (
    conversation: Conversation,
    index: number,
    before: string,
    { number, sequence }: { readonly number: number; readonly sequence: number },
  ): WireRequest => {
    const { system, turns } = conversation;
    const turn = turns[index];
    if (turn === undefined) throw new RangeError('no such turn');
    const form = forms[(system === undefined ? 0 : 1) + (turn.maxTokens === undefined ? 0 : 2)] ?? first;
    const base = form.variantAt?.(number, sequence) ?? form;
    const messages = before + messageText(dialect, 'user', turn.content);
    const filled: Readonly<Record<Mark, string>> = {
      [marks[0]]: messages,
      [marks[1]]: JSON.stringify(system ?? ''),
      [marks[2]]: String(turn.maxTokens),
    };
    const body = cutBody(base).map((part) => (typeof part === 'string' ? Buffer.from(filled[part] ?? '') : part));
    const { variantAt: _, ...rest } = base;
    const next = turns[index + 1];
    return {
      ...rest,
      body,
      ...(isExact && turn.maxTokens !== undefined && { askedTokens: turn.maxTokens }),
      turn: {
        number: index + 1,
        of: turns.length,
        ...(next && {
          next: (answer) => ({
            request: requestOf(conversation, index + 1, `${messages},${messageText(dialect, 'assistant', answer)},`, {
              number,
              sequence,
            }),
            afterMs: next.thinkMs ?? thinkOf(sequence, index + 1),
          }),
        }),
      },
    };
  };
  return { ...first, variantAt: (number, sequence) => requestOf(at(sequence), 0, '', { number, sequence }) };
}

/** Returns a function that cuts the body of a request at its marks, once for a body that several requests share. */
function cutter(): (request: WireRequest) => readonly (Buffer | Mark)[] {
  const known = new WeakMap<Body, readonly (Buffer | Mark)[]>();
  return ({ body }) => {
    if (body === null) return [];
    let parts = known.get(body);
    if (parts === undefined) known.set(body, (parts = cutAtMarks(wholeOf(body), marks)));
    return parts;
  };
}
