import { parseTurns } from '../../values/llm/turns.ts';
import { parseThinkTime } from '../../values/llm/think.ts';
import { readConversations } from '../data/conversations.ts';
import type { Trace } from '../data/trace.ts';
import type { Json } from '../json.ts';
import type { Conversations, DialectName, LlmChoices, Synthetic } from '../types.ts';
import { withConversationMarks } from './conversation-form.ts';

type Fail = (message: string, hint: string) => never;

/** Returns whether a trace has sessions of several turns. */
export const hasSessions = (trace: Trace | undefined): boolean =>
  trace?.rows.some(({ later = [] }) => later.length > 0) === true;

/**
 * Returns the conversations of a target; undefined if it has none. `fail` is called with what is wrong with their file.
 * @param written the body in the file
 * @param bodyOf returns the bytes of a body with everything that the directives say
 */
export function conversationsOf(
  llm: LlmChoices,
  { dialect, written = {} }: { readonly dialect: DialectName; readonly written: Json | undefined },
  bodyOf: (json: Json, ownLimit: boolean) => Uint8Array,
  read: (path: string) => Uint8Array | undefined,
  synthetic: Synthetic | undefined,
  fail: Fail,
): Conversations | undefined {
  const { conversations: path, think } = llm;
  const turns = llm.turns === undefined ? undefined : parseTurns(llm.turns);
  const generated = turns !== undefined || hasSessions(synthetic?.trace) ? synthetic : undefined;
  if (path === undefined && generated === undefined) return undefined;
  const list = path === undefined ? [] : readConversations(path, read(path), fail);
  const time = think === undefined ? undefined : parseThinkTime(think);
  return {
    list,
    order: llm.promptsOrder ?? 'rotate',
    ...(time !== undefined && { think: time }),
    ...(generated
      ? { generated: { ...(turns && { turns }), synthetic: generated } }
      : synthetic?.output && { output: synthetic.output }),
    bodies: [0, 1, 2, 3].map((own) => bodyOf(withConversationMarks(written, dialect, own % 2 === 1), own >= 2)),
  };
}
