import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cuts, piecesOf, responses } from '../../../support/fuzz/responses.ts';
import { readWithNode } from './node-parser.ts';
import { createReader, readAnswer, type Reading } from './read-answer.ts';

const lookedUp = ['content-type', 'x-a', 'x-b', 'x-empty', 'location'];

const read = (text: string, { toHead = false, ended = false } = {}): Reading =>
  readAnswer([Buffer.from(text, 'latin1')], toHead, ended, lookedUp);
const headOf = (...lines: string[]): string => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const chunked = (body: string): string => headOf('Transfer-Encoding: chunked') + body;

/** What must agree, whoever reads. */
const essence = ({ outcome, status, body }: Reading): unknown[] => [outcome, status, body];

/** Names of the headers that can be looked up, each once. */
const namesIn = ({ headers }: Reading): string[] => {
  const names = headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  return [...new Set(names)].filter((name) => /^[a-z0-9-]+$/.test(name));
};

const firstOf = ({ headers }: Reading, name: string): string | undefined =>
  headers[headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name) + 1];

describe('response parser', () => {
  it('reads a body with a length, and stops after it', () => {
    const text = `${headOf('Content-Type: text/plain \t', 'X-A:1', 'X-A: 2', 'X-Empty:', 'Content-Length: 4')}body`;
    assert.deepEqual(read(`${text}HTTP/1.1 …`), {
      outcome: 'whole',
      status: 200,
      headers: ['content-type', 'text/plain', 'x-a', '1', 'x-b', '(none)', 'x-empty', '', 'location', '(none)'],
      body: 'body',
      reusable: true,
      taken: text.length,
      notes: [],
    });
  });

  it('reads chunks with extensions and trailers', () => {
    const text = chunked('4;name=value;quoted="a;\\"b"\r\nwiki\r\n00A\r\n0123456789\r\n0;last\r\nX-B: trailer\r\n\r\n');
    const { outcome, body, reusable, taken } = read(`${text}rest`);
    assert.deepEqual([outcome, body, reusable, taken], ['whole', 'wiki0123456789', true, text.length]);
  });

  it('reads until the connection closes if the body has no length', () => {
    const text = `${headOf()}to the end`;
    assert.deepEqual(essence(read(text)), ['incomplete', 200, 'to the end']);
    const { outcome, body, reusable } = read(text, { ended: true });
    assert.deepEqual([outcome, body, reusable], ['whole', 'to the end', false]);
  });

  it('treats any other response as incomplete if the connection closes', () => {
    const cut = [headOf('Content-Length: 4'), chunked('4\r\nwik'), chunked('0\r\nX'), 'HTTP/1.1 200 OK\r\nX-A:', ''];
    for (const text of cut) assert.equal(read(text, { ended: true }).outcome, 'incomplete', text);
  });

  it('reads some responses without a body, whatever their head says', () => {
    const fields = 'Content-Length: 4\r\n\r\n';
    for (const [text, toHead] of [
      [headOf('Content-Length: 4'), true],
      [headOf('Transfer-Encoding: chunked'), true],
      [headOf(), true],
      [`HTTP/1.1 204 No Content\r\n${fields}`, false],
      [`HTTP/1.1 304 Not Modified\r\n${fields}`, false],
      ['HTTP/1.1 304 Not Modified\r\n\r\n', false],
      [headOf('Content-Length: 0'), false],
    ] as const) {
      const { outcome, body, reusable, taken } = read(`${text}next`, { toHead });
      // A body that is announced may still come.
      assert.deepEqual([outcome, body, reusable, taken], ['whole', '', !text.includes(' 204 '), text.length], text);
    }
  });

  it('skips interim responses, and 101 is the last one on its connection', () => {
    const last = headOf('Content-Length: 0', 'X-A: last');
    const before = 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: first\r\nContent-Length: 3\r\n\r\n';
    const { outcome, status, headers } = read(before + last);
    assert.deepEqual([outcome, status, headers[3]], ['whole', 200, 'last']);
    const asked = 'X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n';
    assert.deepEqual(essence(read(`HTTP/1.1 100 ${asked}${last}`)), ['whole', 200, '']);
    const switched = read(`HTTP/1.1 101 ${asked}${last}`);
    assert.deepEqual([...essence(switched), switched.reusable], ['whole', 101, '', false]);
  });

  it('decides by version and headers whether the connection can be reused', () => {
    for (const [version, field, reusable] of [
      ['1.1', 'X-A: b', true],
      ['1.1', 'Connection: keep-alive', true],
      ['1.1', 'connection: upgrade, CLOSE', false],
      ['1.1', 'Connection: closed', true],
      ['1.1', 'Proxy-Connection: close', false],
      ['1.0', 'X-A: b', false],
      ['1.0', 'Connection: Keep-Alive', true],
    ] as const) {
      const text = `HTTP/${version} 200 OK\r\n${field}\r\nContent-Length: 0\r\n\r\n`;
      assert.equal(read(text).reusable, reusable, text);
    }
    assert.equal(read(chunked('0\r\nConnection: close\r\n\r\n')).reusable, false);
  });

  it('rejects invalid responses', () => {
    for (const text of [
      'HELLO',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP 200 OK',
      headOf('no colon'),
      headOf(' folded'),
      headOf('X-A: a\0b'),
      headOf('Content-Length: 1', 'Content-Length: 2'),
      headOf('Content-Length: 1, 2'),
      headOf('Content-Length: 1,'),
      headOf('Content-Length: -1'),
      headOf('Content-Length: 1x'),
      headOf('Content-Length:'),
      chunked('x\r\n'),
      chunked('0x4\r\nwiki\r\n'),
      chunked('4\rwiki\r\n'),
      chunked('3\r\nwiki\r\n'),
      chunked('0\r\nno colon\r\n\r\n'),
    ]) {
      assert.equal(read(text).outcome, 'broken', text);
    }
  });

  it('reads a head up to the limit, for any division into pieces', () => {
    const most = 262_144;
    const long = (length: number): Buffer => {
      const rest = headOf('X-A: ', 'Content-Length: 0').length;
      return Buffer.from(headOf(`X-A: ${'a'.repeat(length - rest)}`, 'Content-Length: 0'));
    };
    for (const shares of [[], [0.1, 0.5, 0.9999], Array.from({ length: 200 }, (_, i) => i / 200)]) {
      const outcomes = [most, most + 1].map((n) => readAnswer(piecesOf(long(n), shares), false, false, []).outcome);
      assert.deepEqual(outcomes, ['whole', 'broken']);
    }
    const endless = Buffer.from(headOf(...Array.from({ length: 30_000 }, (_, i) => `X-${i}: ${i}`)));
    assert.equal(readAnswer(piecesOf(endless, [0.3]), false, false, []).outcome, 'broken');
  });

  it('reads the same for any division into pieces', () => {
    fc.assert(
      fc.property(responses, cuts, fc.boolean(), fc.boolean(), (bytes, shares, toHead, ended) => {
        const whole = readAnswer([bytes], toHead, ended, lookedUp);
        assert.deepEqual(readAnswer(piecesOf(bytes, shares), toHead, ended, lookedUp), whole);
        const each = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1));
        assert.deepEqual(readAnswer(each, toHead, ended, lookedUp), whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads each response independently of earlier ones', () => {
    const sent = fc.array(fc.tuple(responses, fc.oneof(fc.constant([]), cuts), fc.boolean()), { maxLength: 4 });
    const order = fc.array(fc.nat(100), { maxLength: 12 });
    fc.assert(
      fc.property(sent, order, (some, picks) => {
        const readNext = createReader();
        for (const [i, pick] of picks.entries()) {
          const [bytes, shares, toHead] = some[pick % some.length] ?? [Buffer.from(headOf()), [], false];
          const pieces = piecesOf(bytes, shares);
          const names = i % 2 === 0 ? lookedUp : lookedUp.toReversed().slice(0, 2);
          // Deviations in a head that comes again are not noted again.
          const [again, first] = [readNext, readAnswer].map((read) =>
            Object.assign(read(pieces, toHead, true, names), { notes: [] }),
          );
          assert.deepEqual(again, first);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('recognizes a repeated head, and its differences', () => {
    const readNext = createReader();
    const next = (text: string): unknown[] => {
      const { outcome, status, body, headers, reusable } = readNext([Buffer.from(text)], false, false, ['x-a']);
      return [outcome, status, body, headers[1], reusable];
    };
    const first = `${headOf('X-A: 1', 'Content-Length: 2')}ok`;
    for (const [text, became] of [
      [first, ['whole', 200, 'ok', '1', true]],
      [first, ['whole', 200, 'ok', '1', true]],
      [first.replace('X-A: 1', 'X-A: 2'), ['whole', 200, 'ok', '2', true]],
      [first.replace('200', '500'), ['whole', 500, 'ok', '1', true]],
      [first.slice(0, 20), ['incomplete', 0, '', undefined, false]],
      [first, ['whole', 200, 'ok', '1', true]],
      [
        `${headOf('X-A: 3', 'Transfer-Encoding: chunked')}0\r\nX-A: 4\r\nConnection: close\r\n\r\n`,
        ['whole', 200, '', '3', false],
      ],
      [`${headOf('X-A: 3', 'Transfer-Encoding: chunked')}0\r\n\r\n`, ['whole', 200, '', '3', true]],
      [`${headOf('X-A: 3', 'Transfer-Encoding: chunked')}0\r\n\r\n`, ['whole', 200, '', '3', true]],
      [`HTTP/1.1 103 Hints\r\nX-A: 5\r\n\r\n${first}`, ['whole', 200, 'ok', '1', true]],
      [`HTTP/1.1 103 Hints\r\nX-A: 5\r\n\r\n${first}`, ['whole', 200, 'ok', '1', true]],
      [first, ['whole', 200, 'ok', '1', true]],
    ] as const) {
      assert.deepEqual(next(text), became, text);
    }
  });

  it('reads what Node reads, and notes a deviation whenever it accepts more', () => {
    fc.assert(
      fc.property(responses, cuts, fc.boolean(), fc.boolean(), (bytes, shares, toHead, ended) => {
        const pieces = piecesOf(bytes, shares);
        const theirs = readWithNode(pieces, toHead, ended);
        const ours = readAnswer(pieces, toHead, ended, namesIn(theirs));
        // Node leaves it to http.request what to do with 100, 101 and what is no status (001).
        if (theirs.unasked) return;
        const text = bytes.toString('latin1');
        // Node takes a tab or an empty list item after `chunked` for another coding (RFC 9110, 5.6.1: it is none).
        if (/chunked *[\t,]/i.test(text)) return;
        if (theirs.outcome === 'broken') {
          // Extensions of chunks, and lengths and codings in trailers, mean nothing here, whatever they say.
          const isMeaningless = /;|\n0+\s[^]*(?:Content-Length|Transfer-Encoding)/i.test(text);
          if (ours.outcome === 'whole' && !isMeaningless) assert.notDeepEqual(ours.notes, []);
          return;
        }
        if (theirs.outcome === 'whole') {
          assert.deepEqual(essence(ours), essence(theirs));
          for (const name of namesIn(theirs)) assert.equal(firstOf(ours, name), firstOf(theirs, name));
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
