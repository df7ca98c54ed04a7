import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { loadTokenizer } from '../../../src/servers/gpt2/runtime/load.ts';
import { chatPrompt } from '../../../src/servers/gpt2/text/chat.ts';
import { createDetokenizer } from '../../../src/servers/gpt2/text/detokenizer.ts';
import { createTextTokenizer, type TextTokenizer } from '../../../src/servers/gpt2/text/tokenizer.ts';
import { prepareTiny } from './support.ts';

/** Each token is one byte: the hardest case for characters and stop strings. */
const byBytes = (token: number) => Uint8Array.from([token]);

/** What a client gets piece by piece, and whether a stop string ended it. */
function stream(tokens: Iterable<number>, bytesOf: (token: number) => Uint8Array, stops: readonly string[]) {
  const detokenizer = createDetokenizer(bytesOf, stops);
  const pieces: string[] = [];
  for (const token of tokens) {
    const { text, stopped } = detokenizer.push(token);
    pieces.push(text);
    if (stopped) return { pieces, stopped };
  }
  pieces.push(detokenizer.end());
  return { pieces, stopped: false };
}

describe('GPT-2 tokenizer', () => {
  let tokenizer: TextTokenizer;
  before(async () => {
    const { folder } = await prepareTiny('q8');
    tokenizer = createTextTokenizer(await loadTokenizer(folder));
  });

  it('restores any text from its tokens', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ maxLength: 60 }),
      fc
        .array(fc.constantFrom('the ', ' capital', 'HELLO', '\n\n', '  ', "it's ", '世界', '🙂', 'é', '42'))
        .map((a) => a.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        // Lone surrogates are no text; a tokenizer sees the replacement character.
        const wellFormed = Buffer.from(given).toString();
        const tokens = tokenizer.encode(wellFormed);
        const bytes = Buffer.concat(tokens.map((token) => tokenizer.bytesOf(token)));
        assert.equal(bytes.toString('utf8'), wellFormed);
        assert.equal(stream(tokens, (token) => tokenizer.bytesOf(token), []).pieces.join(''), wellFormed);
      }),
      { numRuns: 150 },
    );
  });

  it('encodes frequent words as one token, like the real vocabulary', () => {
    assert.equal(tokenizer.encode('Hello, how are you?').length, 6);
    assert.equal(tokenizer.encode('').length, 0);
  });

  it('has bytes for every token below 50,257 except the end-of-text token', () => {
    for (const token of [0, 255, 256, 30_000, 50_255]) assert.ok(tokenizer.bytesOf(token).length > 0, String(token));
    assert.equal(tokenizer.bytesOf(50_256).length, 0);
    assert.deepEqual(tokenizer.encode('<|endoftext|>'), [50_256]);
  });
});

describe('GPT-2 streaming text', () => {
  it('never splits a character', () => {
    const { pieces } = stream(Buffer.from('aé世🙂'), byBytes, []);
    assert.deepEqual(
      pieces.filter((piece) => piece !== ''),
      ['a', 'é', '世', '🙂'],
    );
  });

  it('replaces broken bytes with replacement characters, also at the end', () => {
    const { pieces } = stream([0x61, 0xff, 0x62, 0xe4, 0xb8], byBytes, []);
    assert.equal(pieces.join(''), 'a\ufffdb\ufffd');
  });

  it('is exactly the text before the first stop string, for any tokens', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), maxLength: 30 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(alphabet, fc.array(stop, { maxLength: 3 }), (text, stops) => {
        const bytes = Buffer.from(text);
        const { pieces, stopped } = stream(bytes, byBytes, stops);
        // The stop string that is complete first ends the answer; of those complete at once, the one that began first.
        let end = text.length + 1;
        let start = text.length;
        for (const one of stops) {
          const at = text.indexOf(one);
          if (at < 0) continue;
          const complete = at + one.length;
          if (complete < end || (complete === end && at < start)) [end, start] = [complete, at];
        }
        assert.equal(stopped, end <= text.length);
        assert.equal(pieces.join(''), text.slice(0, start));
      }),
    );
  });

  it('holds back only what may still become a stop string', () => {
    const detokenizer = createDetokenizer(byBytes, ['END']);
    const sent = [...Buffer.from('aENbEND')].map((token) => detokenizer.push(token).text);
    assert.deepEqual(sent, ['a', '', '', 'ENb', '', '', '']);
  });

  it('a chat is formatted as a script', () => {
    assert.equal(
      chatPrompt([
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Hi' },
        { role: 'assistant', text: 'Hello.' },
        { role: 'user', text: 'Bye' },
      ]),
      'System: Be brief.\nUser: Hi\nAssistant: Hello.\nUser: Bye\nAssistant:',
    );
  });
});
