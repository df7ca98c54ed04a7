import { setImmediate } from 'node:timers/promises';

/** Characters that are tokenized at a stretch, some 5 ms. */
const pieceLength = 2_000;
/** Between two pieces of a text without a gap the tokens may come out a little differently than in the whole. */
const slack = 2;

/** Returns the tokens of a text, or undefined as soon as they are more than `most`. */
export type Encoder = (text: string, most: number) => Promise<number[] | undefined>;

/**
 * Creates an encoder that never holds up the event loop for long: it takes one text at a time, in pieces, and lets others
 * have their turn between two of them. No token of GPT-2 goes on after white space that follows a word, so the pieces end
 * there and their tokens are those of the whole.
 */
export function createEncoder(encode: (text: string) => number[]): Encoder {
  let before: Promise<unknown> = Promise.resolve();
  const whole = async (text: string, most: number): Promise<number[] | undefined> => {
    const tokens: number[] = [];
    for (const piece of pieces(text)) {
      if (piece.length > 2 * pieceLength && (await isHopeless(piece, most - tokens.length))) return undefined;
      tokens.push(...encode(piece));
      if (tokens.length > most) return undefined;
      await setImmediate();
    }
    return tokens;
  };
  /** Whether a long text without a gap has too many tokens, cut up anyhow. */
  const isHopeless = async (text: string, most: number): Promise<boolean> => {
    let count = 0;
    for (let start = 0; start < text.length && count <= slack * most; start += pieceLength) {
      count += encode(text.slice(start, start + pieceLength)).length;
      await setImmediate();
    }
    return count > slack * most;
  };
  return (text, most) => {
    const turn = before.then(() => whole(text, most));
    before = turn.catch(() => undefined);
    return turn;
  };
}

/** Cuts a text before white space that follows something else, at least every so many characters where it can be. */
function* pieces(text: string): Generator<string> {
  const gap = /\S(?=\s)/g;
  let start = 0;
  while (text.length - start > pieceLength) {
    gap.lastIndex = start + pieceLength - 1;
    const found = gap.exec(text);
    if (found === null) break;
    yield text.slice(start, gap.lastIndex);
    start = gap.lastIndex;
  }
  yield text.slice(start);
}
