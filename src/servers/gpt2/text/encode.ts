import { setImmediate } from 'node:timers/promises';

/** Number of characters per tokenizer call, about 5 ms. */
const pieceLength = 2_000;
/** Factor for a text cut within words, whose pieces can have a few more tokens than the whole. */
const slack = 2;

/** Returns the tokens of a text; undefined if there are more than `most`. */
export type Encoder = (text: string, most: number) => Promise<number[] | undefined>;

/**
 * Returns an encoder that doesn't block the event loop for long: it tokenizes one text at a time, in pieces, with a turn of the
 * event loop between them. No token of GPT-2 continues past the white space after a word, so pieces end there and have the
 * tokens of the whole text.
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
  /** Returns true if a long text without white space has too many tokens, estimated from pieces. */
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

/** Returns pieces of a text, cut before white space after a word, with the given length where possible. */
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
