import type { Conversation } from '../endpoints/data/conversations.ts';
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
const place = (number: number, turn: number): number => number * turnsPerConversation + turn;

/** Conversations by their number. The same seed gives the same ones in any order, and no two are the same. */
export interface ConversationSource {
  readonly turnsOf: (number: number) => number;
  /** Returns the lengths of a turn, from 0: those of what it adds to the conversation. */
  readonly askedOf: (number: number, turn: number) => SyntheticTurn;
  readonly at: (number: number) => Conversation;
}

/** Returns generated conversations. A shared prefix is at the start of the first turn, so all later ones have it, too. */
export function conversationSource({ turns, synthetic }: GeneratedConversations, seed: number): ConversationSource {
  const { prefix: _, ...withoutPrefix } = synthetic;
  const unit = seededUnits(seed + turnsSeed);
  const [first, later] = [synthetic, withoutPrefix].map((some) => ({
    turnOf: syntheticTurns(some, seed),
    textOf: syntheticTexts(some, seed),
  }));
  if (first === undefined || later === undefined) throw new RangeError('no turns');
  const decoder = new TextDecoder();
  const turnsOf = (number: number): number => drawTurns(turns, (draw) => unit(number * drawsPerConversation + draw));
  const askedOf = (number: number, turn: number): SyntheticTurn =>
    (turn === 0 ? first : later).turnOf(place(number, turn));
  const turnAt = (number: number, turn: number): Conversation['turns'][number] => {
    const asked = askedOf(number, turn);
    const pieces = (turn === 0 ? first : later).textOf(place(number, turn), asked);
    const content = pieces.map((piece) => decoder.decode(piece)).join('');
    return { content, ...(asked.outputTokens !== undefined && { maxTokens: asked.outputTokens }) };
  };
  return {
    turnsOf,
    askedOf,
    at: (number) => ({ turns: Array.from({ length: turnsOf(number) }, (_, turn) => turnAt(number, turn)) }),
  };
}
