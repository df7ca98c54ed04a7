import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { assert as check, lorem, oneof, property, string } from 'fast-check';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as r50k } from 'gpt-tokenizer/encoding/r50k_base';
import { openVocabulary } from '../../../src/engine/tokens/vocabularies.ts';

const oracles = { o200k_base: o200k, cl100k_base: cl100k, gpt2: r50k } as const;

describe('vocabularies', () => {
  for (const name of ['o200k_base', 'cl100k_base', 'gpt2'] as const) {
    describe(name, () => {
      let count: (text: string) => number;
      before(async () => (count = await openVocabulary(name)));

      it('counts like the package for any text', () => {
        const any = oneof(string({ unit: 'grapheme' }), lorem({ maxCount: 30 }), string({ unit: 'binary' }));
        check(property(any, (text) => assert.equal(count(text), oracles[name](text))));
      });
      it('counts like the package for a long text', () => {
        const text = readFileSync('docs/metrics.md', 'utf8');
        assert.equal(count(text), oracles[name](text));
      });
      it('counts long text without spaces in pieces, fast', () => {
        const run = 'ä'.repeat(100_000);
        const whole = oracles[name]('ä'.repeat(2000)) * 50;
        assert.ok(Math.abs(count(`start ${run} end`) - whole - 2) <= 51);
      });
      it('counts special tokens as text', () => assert.ok(count('<|endoftext|>') > 1));
    });
  }

  it('has known counts', async () => {
    const texts = ['tiktoken is great!', 'antidisestablishmentarianism', '2 + 2 = 4', 'お誕生日おめでとう'];
    // From OpenAI's cookbook, "How to count tokens with tiktoken".
    const known = { o200k_base: [6, 6, 7, 8], cl100k_base: [6, 6, 7, 9], gpt2: [6, 5, 5, 14] } as const;
    for (const name of ['o200k_base', 'cl100k_base', 'gpt2'] as const) {
      const count = await openVocabulary(name);
      assert.deepEqual(texts.map(count), known[name], name);
    }
  });
});
