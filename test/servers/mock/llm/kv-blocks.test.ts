import assert from 'node:assert/strict';
import { blockTokens, createKvBlocks } from '../../../../src/servers/mock/scheduler/kv-blocks.ts';

describe('the KV cache of the mock model', () => {
  it('finds a block only if all tokens up to its end are the same', () => {
    const blocks = createKvBlocks(Infinity, true);
    const prompts = 50_000;
    for (let prompt = 0; prompt < prompts; prompt++) {
      // One token differs, in each of the places.
      const tokenAt = (at: number): string => (at === prompt % blockTokens ? `word${prompt}` : 'word');
      const held = blocks.take(2 * blockTokens + 1, tokenAt);
      assert.equal(held?.cachedTokens, 0);
    }
  });

  it('tells tokens with the same letters apart', () => {
    const blocks = createKvBlocks(Infinity, true);
    const take = (...tokens: string[]): number | undefined =>
      blocks.take(blockTokens + 1, (at) => tokens[at] ?? '')?.cachedTokens;
    assert.equal(take('ab', 'c'), 0);
    assert.equal(take('a', 'bc'), 0);
    assert.equal(take('abc'), 0);
    assert.equal(take('ab', 'c'), blockTokens);
  });
});
