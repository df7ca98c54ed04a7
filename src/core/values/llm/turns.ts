import { drawLength, parseLengths, type Lengths } from './lengths.ts';

/** Distribution of the number of turns of a conversation. Its unit is a turn where that of a length is a token. */
export type Turns = Lengths;

/** Most turns of a generated conversation. */
const mostTurns = 1_000;

/** Form of a number of turns, for messages. */
export const turnsForm =
  'a number of turns such as 4, normal(4, 2), lognormal(4, 2), uniform(2, 6), or choice(2:1, 5:1), up to 1,000';

/** Returns the number of turns in `4` or `uniform(2, 6)`; undefined for other texts. */
export function parseTurns(text: string): Turns | undefined {
  const turns = parseLengths(text);
  return turns !== undefined && largestOf(turns) <= mostTurns ? turns : undefined;
}

/** Returns the largest number that is written: that of an unbounded distribution is its mean. */
function largestOf(turns: Turns): number {
  if (turns.kind === 'fixed') return turns.tokens;
  if (turns.kind === 'uniform') return turns.to;
  return turns.kind === 'choice' ? Math.max(...turns.choices.map(({ tokens }) => tokens)) : turns.mean;
}

/**
 * Returns one number of turns, from 1 to 1,000.
 * @param unit returns the random numbers of this conversation, in [0, 1), by their index
 */
export const drawTurns = (turns: Turns, unit: (draw: number) => number): number =>
  Math.min(mostTurns, drawLength(turns, unit));
