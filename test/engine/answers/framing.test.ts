import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createEventFraming, createJsonFraming, formOf, type Framing } from '../../../src/engine/answers/framing.ts';

type Seen = (readonly [data: string, event: string])[];

/** What a framing makes of these pieces. */
function framed(create: typeof createEventFraming, pieces: readonly string[], whole = true): Seen | 'too long' {
  const seen: Seen = [];
  let overflowed = false;
  const framing: Framing = create({
    onData: (data, event) => seen.push([data, event]),
    onOverflow: () => (overflowed = true),
  });
  framing.feed('data: of the stream before');
  framing.clear();
  for (const piece of pieces) framing.feed(piece);
  framing.end(whole);
  return overflowed ? 'too long' : seen;
}

const dataOf = (...pieces: string[]): unknown => {
  const seen = framed(createEventFraming, pieces);
  return seen === 'too long' ? seen : seen.map(([data]) => data);
};

/** Cuts a text at these places. */
function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, i) => text.slice(start, ends[i] ?? text.length));
}

/** Server-sent events read line by line, as the standard tells how to. */
function byTheStandard(text: string): Seen {
  const seen: Seen = [];
  let data: string[] = [];
  let event = '';
  for (const line of text.split(/\r\n|\n|\r/).slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) seen.push([data.join('\n'), event]);
      data = [];
      event = '';
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') event = value;
  }
  return seen;
}

/** Pieces of streams and of what breaks them. */
// prettier-ignore
const parts = [
  'data: {"a":1}', 'data:x', 'data', 'data:', 'data:  two', 'event: error', 'event:', 'id: 1', 'retry: 5', 'retry: x',
  ': comment', ':', 'datax: no', 'unknown', ' data: no', 'data: [DONE]', 'data: ä🙂', '\n', '\n', '\n\n', '\n\n', '\r\n',
  '\r\n\r\n', '\r', '\r', '\u2028', '\u0000',
];
const streamText = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((list) => list.join(''));

describe('server-sent events', () => {
  it('are parsed as in the standard', () => {
    assert.deepEqual(dataOf('data: a\n\ndata:b\n\ndata:  c\n\n'), ['a', 'b', ' c']);
    assert.deepEqual(dataOf('data: a\r\n\r\ndata: b\r\rdata: c\n\n'), ['a', 'b', 'c']);
    assert.deepEqual(dataOf(': nothing\n\n:\ndata: a\n: in between\ndata: b\n\n'), ['a\nb']);
    assert.deepEqual(framed(createEventFraming, ['event: error\ndata: a\n\ndata: b\n\n']), [
      ['a', 'error'],
      ['b', ''],
    ]);
    fc.assert(
      fc.property(streamText, (text) => assert.deepEqual(framed(createEventFraming, [text]), byTheStandard(text))),
      { numRuns: 2_000 },
    );
  });

  it('are the same for any division into chunks', () => {
    fc.assert(
      fc.property(streamText, fc.array(fc.nat()), (text, places) => {
        assert.deepEqual(framed(createEventFraming, cutAt(text, places)), framed(createEventFraming, [text]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('without an end are dropped, but one that ends in CR is complete', () => {
    assert.deepEqual(dataOf('data: a\n\ndata: b\n'), ['a']);
    assert.deepEqual(dataOf('data: a\n\ndata: b'), ['a']);
    assert.deepEqual(dataOf('data: a\r\r'), ['a']);
    assert.deepEqual(dataOf('data: a\r\n\r'), ['a']);
    assert.deepEqual(dataOf('data: a\r'), []);
  });

  it('that never end are an error', () => {
    assert.equal(
      dataOf('data: a\n\ndata: ', ...Array.from({ length: 40 }, () => 'x'.repeat(50_000)), '\n\n'),
      'too long',
    );
  });
});

/** What a framing of JSON makes of these pieces: lines, or one text. */
function framedJson(pieces: readonly string[], whole = true): readonly string[] | 'too long' {
  const seen: string[] = [];
  let overflowed = false;
  const framing = createJsonFraming({
    onData: (data) => seen.push(data),
    onWhole: (text) => seen.push(`whole ${text}`),
    onOverflow: () => (overflowed = true),
    onTooLong: () => (overflowed = true),
    now: { atMs: 0 },
  });
  framing.feed('{"of": "the response before"}');
  framing.clear();
  for (const piece of pieces) framing.feed(piece);
  framing.end(whole);
  return overflowed ? 'too long' : seen;
}

describe('JSON', () => {
  it('may be one text over several lines', () => {
    assert.deepEqual(framedJson(['{"a":1}']), ['whole {"a":1}']);
    assert.deepEqual(framedJson(['{"a":1}\n', '\n']), ['whole {"a":1}']);
    assert.deepEqual(framedJson(['{\n"a"', ':1\n}\n']), ['whole {\n"a":1\n}\n']);
    assert.deepEqual(framedJson(['{\n"a"', ':1'], false), []);
  });

  it('may be one text per line, and the last line needs no end', () => {
    assert.deepEqual(framedJson(['{"a":1}\n{"b"', ':2}\r\n\n{"c":3}']), ['{"a":1}', '{"b":2}\r', '{"c":3}']);
    assert.deepEqual(framedJson(['{"a":1}\n{"b":2}\n{"c"'], false), ['{"a":1}', '{"b":2}']);
    assert.deepEqual(framedJson(['{"a":1}\n'], false), ['{"a":1}']);
  });

  it('is the same for any division into chunks', () => {
    const lines = fc.array(fc.constantFrom('{"a":1}', '{', '"ä🙂"}', '\n', '\n', '\r\n', ' '), { maxLength: 30 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat()), fc.boolean(), (list, places, whole) => {
        const text = `{${list.join('')}`;
        assert.deepEqual(framedJson(cutAt(text, places), whole), framedJson([text], whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('that never ends is an error', () => {
    const long = Array.from({ length: 40 }, () => 'x'.repeat(50_000));
    assert.equal(framedJson(['{}\n{"a":1}\n', ...long]), 'too long');
    assert.equal(framedJson(['{', ...long, ...long, ...long]), 'too long');
  });
});

describe('the format of a response', () => {
  it('is detected by its first bytes, whatever its content type is', () => {
    for (const [start, form] of [
      ['{"a"', 'json'],
      [' \r\n[', 'json'],
      ['data: x', 'events'],
      ['data\n', 'events'],
      [': comment', 'events'],
      ['event:', 'events'],
      ['dat', undefined],
      ['data', undefined],
      ['datax: ', 'text'],
      ['<html>', 'text'],
      ['Bad gateway', 'text'],
      ['', undefined],
    ] as const) {
      assert.equal(formOf(start, false), form, start);
    }
    assert.equal(formOf('anything: x', true), 'events');
    assert.equal(formOf('{"error"', true), 'json');
  });
});
