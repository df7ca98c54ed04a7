import assert from 'node:assert/strict';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as gpt2 } from 'gpt-tokenizer/encoding/r50k_base';
import { syntheticTexts, syntheticTurns } from '../../../src/core/plan/synthetic.ts';
import { requestsOf } from '../../support/run-input.ts';
import { criticalDistance, distance, lognormal, normal, uniform } from '../values/llm/distance.ts';

const count = 1_500;

/** Distributions as a file writes them, and their probabilities of at most n tokens. */
const distributions: Readonly<Record<string, (n: number) => number>> = {
  '48': (n) => (n < 48 ? 0 : 1),
  'normal(60, 20)': normal(60, 20),
  'lognormal(60, 50)': lognormal(60, 50),
  'uniform(20, 120)': uniform(20, 120),
  'choice(16:3, 64:2, 200:1)': (n) => (n < 16 ? 0 : n < 64 ? 3 / 6 : n < 200 ? 5 / 6 : 1),
};

/** Returns the prompts and the asked output lengths of a file's requests. */
function generated(directives: string, seed: number): { readonly prompts: string[]; readonly outputs: number[] } {
  const [request] = requestsOf(`${directives}\nPOST http://127.0.0.1:1/v1/completions\n\n{"model":"m"}\n`);
  assert.ok(request?.synthetic);
  const turnOf = syntheticTurns(request.synthetic, seed);
  const textOf = syntheticTexts(request.synthetic, seed);
  const turns = Array.from({ length: count }, (_, turn) => turnOf(turn));
  return {
    prompts: turns.map((asked, turn) => Buffer.concat(textOf(turn, asked)).toString()),
    outputs: turns.map(({ outputTokens }) => outputTokens ?? Number.NaN),
  };
}

describe('the lengths that a file asks for (Kolmogorov–Smirnov, p = 0.01)', function () {
  this.timeout(60_000);
  const critical = criticalDistance(count);

  for (const [text, cdf] of Object.entries(distributions)) {
    it(`${text}: the tokens of prompts as three tokenizers count them, and the requested output tokens`, () => {
      const { prompts, outputs } = generated(`# @input-tokens ${text}\n# @output-tokens ${text}`, 3);
      for (const tokensIn of [o200k, cl100k, gpt2]) {
        const lengths = prompts.map((prompt) => tokensIn(prompt));
        assert.ok(distance(lengths, cdf) < critical, `${distance(lengths, cdf)}`);
      }
      assert.ok(distance(outputs, cdf) < critical, `${distance(outputs, cdf)}`);
      assert.deepEqual(generated(`# @input-tokens ${text}`, 3).prompts, prompts);
      assert.notDeepEqual(generated(`# @input-tokens ${text}`, 4).prompts, prompts);
    });
  }

  it('of a shared prefix are added to them, and the prefixes are equally frequent', () => {
    const { prompts } = generated('# @input-tokens uniform(20, 120)\n# @shared-prefix 32 of 5', 3);
    const lengths = prompts.map((prompt) => o200k(prompt));
    assert.ok(distance(lengths, (n) => uniform(20, 120)(n - 32)) < critical);
    const uses = new Map<string, number>();
    for (const prompt of prompts) {
      const prefix = prompt.split(' ').slice(0, 32).join(' ');
      assert.equal(o200k(prefix), 32);
      uses.set(prefix, (uses.get(prefix) ?? 0) + 1);
    }
    assert.equal(uses.size, 5);
    // Chi-squared with 4 degrees of freedom, p = 0.01.
    const expected = count / 5;
    const chi2 = [...uses.values()].reduce((sum, times) => sum + (times - expected) ** 2 / expected, 0);
    assert.ok(chi2 < 13.28, `${chi2}`);
    // Behind it, no two prompts begin with the same words.
    assert.equal(new Set(prompts.map((prompt) => prompt.split(' ').slice(32, 36).join(' '))).size, count);
  });
});
