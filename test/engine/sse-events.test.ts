import assert from 'node:assert/strict';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { createByteLines } from '../../src/engine/byte-lines.ts';
import { createSseEvents } from '../../src/engine/sse-events.ts';

type Seen = readonly [data: string, event: string, atMs: number];

/** The events in bytes that arrive in these pieces, piece i at the time i; `readAfter`: whether a turn ends after piece i. */
function eventsOf(pieces: readonly Uint8Array[], readAfter: (piece: number) => boolean = () => true): Seen[] {
  const seen: Seen[] = [];
  const lines = createByteLines();
  const events = createSseEvents((...event) => seen.push(event));
  pieces.forEach((piece, i) => {
    lines.add(piece, i);
    if (readAfter(i)) lines.read(events.onLine);
  });
  lines.read(events.onLine);
  return seen;
}

const dataOf = (...pieces: string[]): string[] =>
  eventsOf(pieces.map((piece) => Buffer.from(piece))).map(([data]) => data);

/** Cuts bytes at these places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length));
}

/** Pieces of streams and of what breaks them. */
// prettier-ignore
const parts = [
  'data: {"a":1}', 'data:x', 'data', 'data:', 'data:  two', 'event: error', 'event:', 'id: 1', 'retry: 5', ': comment',
  ':', 'datax: no', 'unknown', ' data: no', 'data: [DONE]', 'data: äöü🙂', '\uFEFF', '\n', '\n', '\n\n', '\n\n',
  '\r\n', '\r\n\r\n', '\r', '\u2028', '\u0000',
];
const streamText = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((list) => list.join(''));
const streamBytes = fc.oneof(
  streamText.map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 100 }),
);

describe('server-sent events', () => {
  it('are read as the standard has it', () => {
    assert.deepEqual(dataOf('data: a\n\ndata:b\n\ndata:  c\n\n'), ['a', 'b', ' c']);
    assert.deepEqual(dataOf('data: a\r\n\r\ndata: b\r\rdata: c\n\n'), ['a', 'b', 'c']);
    assert.deepEqual(dataOf(': nothing\n\n:\ndata: a\n: in between\ndata: b\n\n'), ['a\nb']);
    assert.deepEqual(dataOf('data\n\ndata:\n\nevent: x\n\n'), ['', '']);
    assert.deepEqual(dataOf('id: 1\nretry: 3\nfoo: bar\ndatum: x\ndata: a\n\n'), ['a']);
    assert.deepEqual(dataOf('\uFEFFdata: a\n\n\uFEFFdata: b\n\n'), ['a']);
    assert.deepEqual(eventsOf([Buffer.from('event: error\ndata: a\n\ndata: b\n\n')]), [
      ['a', 'error', 0],
      ['b', '', 0],
    ]);
  });

  it('many in one read, one over many reads, letters cut in two', () => {
    assert.deepEqual(dataOf('data: a\n\ndata: b\n\ndata: c\n\n'), ['a', 'b', 'c']);
    assert.deepEqual(dataOf('da', 'ta: ', 'a', 'b\n', '\n'), ['ab']);
    const bytes = Buffer.from('data: 🙂ü\n\n');
    assert.deepEqual(eventsOf([...bytes].map((byte) => Uint8Array.of(byte))), [['🙂ü', '', bytes.length - 1]]);
  });

  it('without an end are dropped', () => {
    assert.deepEqual(dataOf('data: a\n\ndata: b\n'), ['a']);
    assert.deepEqual(dataOf('data: a\n\ndata: b'), ['a']);
  });

  it('are stamped with the read that brought their last line', () => {
    const pieces = ['data: a\n', '\ndata: b\n\nda', 'ta: c\r\n\r', '\ndata: d\n\n'].map((piece) => Buffer.from(piece));
    const stamped = [
      ['a', '', 1],
      ['b', '', 1],
      ['c', '', 2],
      ['d', '', 3],
    ];
    assert.deepEqual(eventsOf(pieces), stamped);
    assert.deepEqual(
      eventsOf(pieces, () => false),
      stamped,
    );
  });

  it('are the same however the bytes are cut, and whenever they are looked at', () => {
    fc.assert(
      fc.property(streamBytes, fc.array(fc.nat()), fc.array(fc.boolean()), (bytes, places, turns) => {
        const whole = eventsOf([bytes]).map(([data, event]) => [data, event]);
        const cut = eventsOf(cutAt(bytes, places), (i) => turns[i] ?? false).map(([data, event]) => [data, event]);
        assert.deepEqual(cut, whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are those that eventsource-parser finds', () => {
    fc.assert(
      fc.property(streamText, (text) => {
        const expected: unknown[] = [];
        const parser = createParser({ onEvent: ({ data, event }) => expected.push([data, event ?? '']) });
        // That parser keeps a CR at the end waiting for what follows; the colon is the start of a comment.
        const bytes = new TextEncoder().encode(`${text}:`);
        // Decoding takes the byte order mark away, which that parser expects.
        parser.feed(new TextDecoder().decode(bytes));
        const found = eventsOf([bytes]).map(([data, event]) => [data, event]);
        assert.deepEqual(found, expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave no more behind than what is not whole yet', () => {
    const lines = createByteLines();
    const events = createSseEvents(() => {});
    for (let i = 0; i < 10_000; i++) {
      lines.add(Buffer.from('data: something\n\ndata: ha'), i);
      lines.read(events.onLine);
      assert.ok(lines.size <= 'data: ha'.length);
      lines.add(Buffer.from('lf\n\n'), i);
      lines.read(events.onLine);
      assert.equal(lines.size, 0);
    }
  });
});
