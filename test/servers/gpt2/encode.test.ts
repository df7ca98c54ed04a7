import assert from 'node:assert/strict';
import { createEncoder } from '../../../src/servers/gpt2/text/encode.ts';

/** One token for each word with its space, and for each letter of a word that is not one of those. */
const words = (text: string): number[] => [...text.matchAll(/ ?\S+|\s/g)].map((match) => match[0].length);

/** A tokenizer that keeps what it is given. */
function counting() {
  const given: string[] = [];
  const encode = (text: string): number[] => {
    given.push(text);
    return words(text);
  };
  return { given, encode };
}

const text = 'Once upon a  time\n\nthere was,\tit is said, '.repeat(300);

describe('prompt tokenization', () => {
  it('returns the tokens of the whole text, piece by piece', async () => {
    const { given, encode } = counting();
    const tokens = await createEncoder(encode)(text, 1e6);
    assert.deepEqual(tokens, words(text));
    assert.equal(given.join(''), text);
    assert.ok(given.length > 5 && given.every((piece) => piece.length < 2_100));
    assert.ok(given.slice(1).every((piece) => /^\s/.test(piece)));
    assert.ok(given.slice(0, -1).every((piece) => /\S$/.test(piece)));
  });

  it('stops as soon as a text has too many tokens', async () => {
    const { given, encode } = counting();
    assert.equal(await createEncoder(encode)(text, 50), undefined);
    assert.equal(given.length, 1);
  });

  it("tests pieces of a long text without spaces first, so it isn't tokenized as a whole in vain", async () => {
    const { given, encode } = counting();
    const letters = (piece: string): number[] => (encode(piece), Array.from(piece, () => 1));
    assert.equal(await createEncoder(letters)('x'.repeat(100_000), 1_000), undefined);
    assert.ok(given.every((piece) => piece.length <= 2_000) && given.length < 3, String(given.length));
    assert.equal((await createEncoder(letters)('x'.repeat(5_000), 6_000))?.length, 5_000);
    assert.equal(given.at(-1)?.length, 5_000);
  });

  it('lets other texts take turns between pieces, and handles one text at a time', async () => {
    const order: string[] = [];
    const encoder = createEncoder((piece) => {
      order.push(piece.trim().slice(0, 1));
      return words(piece);
    });
    let ticks = 0;
    const tick = setInterval(() => (ticks += 1), 0);
    await Promise.all([encoder('a '.repeat(5_000), 1e6), encoder('b '.repeat(5_000), 1e6)]);
    clearInterval(tick);
    assert.deepEqual(order, order.toSorted());
    assert.ok(ticks > 0);
  });

  it('continues after a text that fails', async () => {
    const encoder = createEncoder((piece) => {
      if (piece.startsWith('!')) throw new Error('broken');
      return words(piece);
    });
    const failing = encoder('!', 9);
    const good = encoder('a', 9);
    await assert.rejects(failing, /broken/);
    assert.deepEqual(await good, [1]);
  });
});
