import assert from 'node:assert/strict';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k, encode } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as gpt2 } from 'gpt-tokenizer/encoding/r50k_base';
import type { Synthetic } from '../../../src/core/endpoints/types.ts';
import { syntheticTexts, syntheticTurns } from '../../../src/core/plan/synthetic.ts';
import { words } from '../../../src/core/values/words.ts';

const vocabularies = { cl100k, o200k, gpt2 };

function textsOf(synthetic: Synthetic, count: number, seed = 1): string[] {
  const turnOf = syntheticTurns(synthetic, seed);
  const textOf = syntheticTexts(synthetic, seed);
  return Array.from({ length: count }, (_, turn) => Buffer.concat(textOf(turn, turnOf(turn))).toString());
}

const tokensOf = (text: string): number[] => encode(text);

/** Returns how many tokens two texts share at the start. */
function sharedStart(a: string, b: string): number {
  const [first, second] = [tokensOf(a), tokensOf(b)];
  const end = first.findIndex((token, index) => token !== second[index]);
  return end < 0 ? first.length : end;
}

const start = (text: string, tokens: number): string => text.split(' ').slice(0, tokens).join(' ');

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('generated prompts', () => {
  it('consist of words that are one token each', () => {
    assert.equal(new Set(words).size, words.length);
    for (const [name, tokens] of Object.entries(vocabularies)) {
      for (const word of words) {
        assert.equal(tokens(word), 1, `${name}: ${word}`);
        assert.equal(tokens(` ${word}`), 1, `${name}: space and ${word}`);
      }
    }
  });

  it('have exactly the requested number of tokens in three vocabularies', () => {
    for (const tokens of [1, 2, 12, 13, 512, 5_000]) {
      for (const text of textsOf({ input: { kind: 'fixed', tokens } }, 5)) {
        for (const [name, count] of Object.entries(vocabularies)) assert.equal(count(text), tokens, name);
      }
    }
    // Longer than the text that prompts are taken from.
    const [long = ''] = textsOf({ input: { kind: 'fixed', tokens: 150_000 } }, 1);
    assert.equal(long.split(' ').length, 150_000);
  });

  it('have lengths determined by the seed', () => {
    const synthetic: Synthetic = { input: { kind: 'uniform', from: 1, to: 40 }, prefix: { tokens: 20, of: 3 } };
    const turnOf = syntheticTurns(synthetic, 7);
    const texts = textsOf(synthetic, 200, 7);
    assert.deepEqual(
      texts.map((text) => text.split(' ').length),
      texts.map((_, turn) => turnOf(turn).inputTokens),
    );
    assert.deepEqual(textsOf(synthetic, 200, 7), texts);
    assert.notDeepEqual(textsOf(synthetic, 200, 8), texts);
  });

  it('share only their prefix', () => {
    const prefix = { tokens: 256, of: 10 };
    const synthetic: Synthetic = { input: { kind: 'fixed', tokens: 64 }, prefix };
    const texts = textsOf(synthetic, 300);
    const turnOf = syntheticTurns(synthetic, 1);
    const starts = new Map<number | undefined, string>();
    for (const [turn, text] of texts.entries()) {
      const { prefix: number } = turnOf(turn);
      const start = text.split(' ').slice(0, prefix.tokens).join(' ');
      assert.equal(starts.get(number) ?? start, start);
      starts.set(number, start);
    }
    assert.equal(starts.size, 10);
    assert.equal(new Set(starts.values()).size, 10);
    const own = texts.map((text) => text.split(' ').slice(prefix.tokens).join(' '));
    assert.equal(new Set(own.map((text) => text.split(' ').slice(0, 4).join(' '))).size, own.length);
  });

  it('have almost no common beginning without a shared prefix', () => {
    const texts = textsOf({ input: { kind: 'fixed', tokens: 64 } }, 100).toSorted();
    const shared = texts.slice(1).map((text, index) => sharedStart(text, texts[index] ?? ''));
    assert.ok(Math.max(...shared) <= 2, `${Math.max(...shared)}`);
  });

  it('request output lengths that are independent of the input', () => {
    const lengths = { kind: 'uniform', from: 1, to: 1_000 } as const;
    const turnOf = syntheticTurns({ input: lengths, output: lengths }, 1);
    const turns = Array.from({ length: 5_000 }, (_, turn) => turnOf(turn));
    const [inputs, outputs] = [turns.map((t) => t.inputTokens ?? 0), turns.map((t) => t.outputTokens ?? 0)];
    const [a, b] = [mean(inputs), mean(outputs)];
    const covariance = mean(inputs.map((input, i) => (input - a) * ((outputs[i] ?? 0) - b)));
    const spread = (values: readonly number[], m: number): number => Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
    assert.ok(Math.abs(covariance / spread(inputs, a) / spread(outputs, b)) < 0.05);
  });

  it('have the same text for the same blocks of a trace, also for short blocks', () => {
    for (const blockTokens of [16, 512]) {
      const all = [
        [0, 1, 2, 3],
        [0, 1, 4],
        [5, 1],
        [0, 1, 2],
      ];
      // The last block of each prompt has 7 tokens; the last prompt has 9 more than its blocks.
      const inputs = all.map((blocks) => (blocks.length - 1) * blockTokens + 7);
      inputs[3] = 3 * blockTokens + 9;
      const rows = all.map((blocks, index) => ({ atMs: index, input: inputs[index]!, output: 1, blocks }));
      const texts = textsOf({ trace: { file: 't.jsonl', format: 'mooncake', blockTokens, rows } }, 4);
      for (const [index, text] of texts.entries()) {
        for (const [name, count] of Object.entries(vocabularies)) assert.equal(count(text), inputs[index], name);
      }
      const [first = '', second = '', third = '', last = ''] = texts;
      assert.equal(start(second, 2 * blockTokens), start(first, 2 * blockTokens));
      assert.notEqual(start(second, 2 * blockTokens + 7), start(first, 2 * blockTokens + 7));
      assert.equal(start(last, 3 * blockTokens), start(first, 3 * blockTokens));
      assert.notEqual(start(third, blockTokens), start(first, blockTokens));
      assert.equal(
        third.split(' ').slice(blockTokens).join(' '),
        first
          .split(' ')
          .slice(blockTokens, blockTokens + 7)
          .join(' '),
      );
    }
  });

  it('have different texts for 100,000 blocks of 16 tokens', () => {
    const blocks = Array.from({ length: 100_000 }, (_, block) => block);
    const rows = [{ atMs: 0, input: 1_600_000, output: 1, blocks }];
    const [text = ''] = textsOf({ trace: { file: 't.jsonl', format: 'bailian', blockTokens: 16, rows } }, 1);
    const all = text.split(' ');
    assert.equal(all.length, 1_600_000);
    assert.equal(new Set(blocks.map((block) => all.slice(16 * block, 16 * block + 16).join(' '))).size, 100_000);
  });
});
