import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createArrayFraming } from '../../../src/engine/answers/array-framing.ts';
import type { Framing } from '../../../src/engine/answers/framing.ts';

/** Returns what a framing of arrays passes on: elements, or the text as it is. */
function framed(pieces: readonly string[], whole = true, isEvent = (text: string) => text.startsWith('{')) {
  const seen: string[] = [];
  let other: string | undefined;
  let overflowed = false;
  const otherwise: Framing = {
    feed: (text) => (other = (other ?? '') + text),
    end: (isWhole) => seen.push(`${isWhole ? 'other' : 'part of other'} ${other ?? ''}`),
    clear: () => (other = undefined),
  };
  const framing = createArrayFraming({
    onData: (data) => seen.push(data),
    onOverflow: () => (overflowed = true),
    isEvent,
    otherwise,
  });
  framing.feed('[{"of": ["the response before", {');
  framing.clear();
  for (const piece of pieces) framing.feed(piece);
  framing.end(whole);
  return overflowed ? 'too long' : seen;
}

/** Returns a text in pieces that end at these places. */
function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, i) => text.slice(start, ends[i] ?? text.length));
}

const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }));

describe('an array of events', () => {
  it('has every element, however its bytes are split', () => {
    const separators = fc.constantFrom(',', ',\r\n', ' ,\n', '\n,\n');
    fc.assert(
      fc.property(fc.array(object, { minLength: 1 }), separators, fc.array(fc.nat()), (list, separator, places) => {
        const texts = list.map((value) => JSON.stringify(value));
        assert.deepEqual(framed(cutAt(`[${texts.join(separator)}\n]\n`, places)), texts);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for any division of any text', () => {
    const parts = ['{"a":1}', '{', '}', '[', ']', ',', '"', '\\', '"ä🙂"', '\n', ' ', '1'];
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((list) => `[${list.join('')}`);
    fc.assert(
      fc.property(text, fc.array(fc.nat()), fc.boolean(), (all, places, whole) => {
        assert.deepEqual(framed(cutAt(all, places), whole), framed([all], whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('passes on an element with its last byte, before the comma', () => {
    assert.deepEqual(framed(['[{"a":"}]\\""}', ',\r\n{"b"'], false), ['{"a":"}]\\""}']);
    assert.deepEqual(framed(['[{"a":1}', ',{"b":2}', ',{"c"']), ['{"a":1}', '{"b":2}']);
  });

  it('passes on what isn’t an object, and nothing after its end', () => {
    assert.deepEqual(framed(['[{}, 1', '2, "a,b" ,,[3] ] {}']), ['{}', '12', '"a,b"', '[3]']);
  });

  it('goes to the other framing unless its first element is an event', () => {
    assert.deepEqual(framed(['[1', ',{}', ']']), ['other [1,{}]']);
    assert.deepEqual(framed(['[', ' ', ']']), ['other [ ]']);
    assert.deepEqual(framed(['[{"a"'], false), ['part of other [{"a"']);
    assert.deepEqual(
      framed(['[{}]'], true, () => false),
      ['other [{}]'],
    );
  });

  it('with an element that never ends is an error', () => {
    const long = Array.from({ length: 40 }, () => 'x'.repeat(50_000));
    assert.equal(framed(['[{},{"a":"', ...long]), 'too long');
    assert.equal(framed(['[{"a":"', ...long]).length, 1);
  });
});
