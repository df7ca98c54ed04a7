import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createBodyKeeper } from '../../../src/engine/answers/body.ts';

const head = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] });
const json = { 'content-type': 'application/json' };

const tokensOf = (chunks: readonly (string | Buffer)[], headers: Record<string, string> = json): number | undefined => {
  const keeper = createBodyKeeper(() => {});
  keeper.begin(head(headers), false);
  for (const chunk of chunks) keeper.add(Buffer.from(chunk));
  return keeper.usage()?.tokens;
};

const padded = (size: number): string => `{"output_tokens": 3, "pad": "${'x'.repeat(size - 31)}"}`;

describe('createBodyKeeper', () => {
  it('reads output_tokens of a JSON response', () => {
    assert.equal(tokensOf(['{"output_tokens": 42}']), 42);
    assert.equal(tokensOf(['{"output_tokens": 0}'], { 'content-type': 'Application/Problem+JSON; charset=utf-8' }), 0);
    assert.equal(tokensOf(['{"output_tok', 'ens": 4', '2, "x": 1}']), 42);
  });

  it('finds no tokens if there are none', () => {
    for (const text of ['', '{}', '[1]', 'null', '{"usage": {"output_tokens": 5}}', '{"output_tokens": "5"}']) {
      assert.equal(tokensOf([text]), undefined, text);
    }
    for (const text of ['{"output_tokens": -1}', '{"output_tokens": null}', '{"output_tokens": 5', '"output_tokens"']) {
      assert.equal(tokensOf([text]), undefined, text);
    }
    assert.equal(tokensOf(['{"output_tokens": 42}'], { 'content-type': 'text/plain' }), undefined);
    assert.equal(tokensOf(['{"output_tokens": 42}'], {}), undefined);
  });

  it('decompresses responses for it', () => {
    const text = '{"output_tokens": 9}';
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(text)],
      ['GZIP', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
    ] as const) {
      assert.equal(tokensOf([bytes], { ...json, 'content-encoding': encoding }), 9, encoding);
    }
    assert.equal(tokensOf(['no gzip'], { ...json, 'content-encoding': 'gzip' }), undefined);
  });

  it('reads responses up to 256 KiB, and no longer ones', () => {
    assert.equal(padded(262_144).length, 262_144);
    assert.equal(tokensOf([padded(262_144)]), 3);
    assert.equal(tokensOf([padded(262_145)]), undefined);
  });

  it('starts over with each response', () => {
    const keeper = createBodyKeeper(() => {});
    keeper.begin(head(json), false);
    keeper.add(Buffer.from('{"output_tokens": 1}'));
    keeper.begin(head(json), false);
    assert.equal(keeper.usage()?.tokens, undefined);
    keeper.add(Buffer.from('{"output_tokens": 2}'));
    assert.equal(keeper.usage()?.tokens, 2);
  });

  it('keeps the start of a failed response, and nothing of a success', () => {
    const keeper = createBodyKeeper(() => {});
    keeper.begin(head({ 'content-type': 'text/html' }), true);
    keeper.add(Buffer.from('x'.repeat(5_000)));
    assert.deepEqual(keeper.text(), { text: 'x'.repeat(4_096), cut: true });
    keeper.begin(head({ 'content-type': 'text/html' }), false);
    keeper.add(Buffer.from('x'));
    assert.deepEqual(keeper.text(), { text: '', cut: false });
  });

  it('decompresses a truncated start as far as possible', () => {
    const bytes = gzipSync(Array.from({ length: 9_000 }, (_, i) => `line ${i * 7_919} `).join(''));
    const keeper = createBodyKeeper(() => {});
    keeper.begin(head({ 'content-encoding': 'gzip' }), true);
    keeper.add(bytes);
    const { text, cut } = keeper.text();
    assert.ok(cut);
    assert.ok(text.startsWith('line 0 line 7919 '));
  });

  it('returns the same number for any division into chunks', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(60), { maxLength: 6 }), fc.string(), (tokens, cuts, text) => {
        const bytes = Buffer.from(JSON.stringify({ text, output_tokens: tokens }));
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        assert.equal(tokensOf(chunks), tokens);
      }),
    );
  });
});
