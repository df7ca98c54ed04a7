import type { Conversation } from '../endpoints/data/conversations.ts';
import type { Trace, TraceRow } from '../endpoints/data/trace.ts';
import type { GeneratedConversations } from '../endpoints/types.ts';
import { drawTurns } from '../values/llm/turns.ts';
import { seededUnits } from '../values/pick.ts';
import { syntheticTexts, syntheticTurns, type SyntheticTurn } from './synthetic.ts';

/** Added to the seed, so that the numbers of turns are independent of all other choices. */
const turnsSeed = 0x70f5;
/** Random numbers that one number of turns may need. */
const drawsPerConversation = 128;
/** Distance between the first turns of two conversations in the sequence of texts and lengths: more than any has. */
const turnsPerConversation = 1_024;

/** Returns the place of a turn in the sequence of texts and lengths. */
export const place = (number: number, turn: number): number => number * turnsPerConversation + turn;

/** Conversations by their number. The same seed gives the same ones in any order, and no two are the same. */
export interface ConversationSource {
  readonly turnsOf: (number: number) => number;
  /** Returns the lengths of a turn, from 0: those of what it adds to the conversation. */
  readonly askedOf: (number: number, turn: number) => SyntheticTurn;
  readonly at: (number: number) => Conversation;
}

/** Returns the sessions of a trace. A request without a session is one with a single turn. */
function sessionsOf({ synthetic, speed = 1 }: GeneratedConversations, trace: Trace, seed: number): ConversationSource {
  const { rows } = trace;
  const all = rows.flatMap(({ later = [], ...row }): TraceRow[] => [
    row,
    ...later.map((turn) => ({ atMs: row.atMs, ...turn })),
  ]);
  const starts = new Float64Array(rows.length);
  for (let index = 1; index < rows.length; index += 1)
    starts[index] = (starts[index - 1] ?? 0) + 1 + (rows[index - 1]?.later?.length ?? 0);
  const flat = { ...synthetic, trace: { ...trace, rows: all } };
  const [asked, textOf] = [syntheticTurns(flat, seed), syntheticTexts(flat, seed)];
  const laterOf = (number: number) => rows[number % rows.length]?.later ?? [];
  // When the trace repeats, the text that isn't in blocks is new.
  const place = (number: number, turn: number): number =>
    Math.floor(number / rows.length) * all.length + (starts[number % rows.length] ?? 0) + turn;
  const turnAt = (number: number, turn: number, delayMs?: number): Conversation['turns'][number] => {
    const lengths = asked(place(number, turn));
    const { outputTokens: maxTokens } = lengths;
    return {
      content: textIn(textOf(place(number, turn), lengths)),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(delayMs !== undefined && { thinkMs: delayMs / speed }),
    };
  };
  return {
    turnsOf: (number) => 1 + laterOf(number).length,
    askedOf: (number, turn) => asked(place(number, turn)),
    at: (number) => ({
      turns: [turnAt(number, 0), ...laterOf(number).map(({ delayMs }, index) => turnAt(number, index + 1, delayMs))],
    }),
  };
}

const decoder = new TextDecoder();
const textIn = (pieces: readonly Uint8Array[]): string => pieces.map((piece) => decoder.decode(piece)).join('');

/** Returns generated conversations. A shared prefix is at the start of the first turn, so all later ones have it, too. */
export function conversationSource(generated: GeneratedConversations, seed: number): ConversationSource {
  const { turns, synthetic } = generated;
  if (synthetic.trace !== undefined) return sessionsOf(generated, synthetic.trace, seed);
  if (turns === undefined) throw new RangeError('no number of turns');
  const { prefix: _, ...withoutPrefix } = synthetic;
  const unit = seededUnits(seed + turnsSeed);
  const [first, later] = [synthetic, withoutPrefix].map((some) => ({
    turnOf: syntheticTurns(some, seed),
    textOf: syntheticTexts(some, seed),
  }));
  if (first === undefined || later === undefined) throw new RangeError('no turns');
  const turnsOf = (number: number): number => drawTurns(turns, (draw) => unit(number * drawsPerConversation + draw));
  const askedOf = (number: number, turn: number): SyntheticTurn =>
    (turn === 0 ? first : later).turnOf(place(number, turn));
  const turnAt = (number: number, turn: number): Conversation['turns'][number] => {
    const asked = askedOf(number, turn);
    const content = textIn((turn === 0 ? first : later).textOf(place(number, turn), asked));
    return { content, ...(asked.outputTokens !== undefined && { maxTokens: asked.outputTokens }) };
  };
  return {
    turnsOf,
    askedOf,
    at: (number) => ({ turns: Array.from({ length: turnsOf(number) }, (_, turn) => turnAt(number, turn)) }),
  };
}
