import assert from 'node:assert/strict';
import { assert as check, nat, property } from 'fast-check';
import type { GeneratedConversations } from '../../../src/core/endpoints/types.ts';
import { conversationSource } from '../../../src/core/plan/generated-conversations.ts';
import { parseLengths } from '../../../src/core/values/llm/lengths.ts';
import { parseTurns } from '../../../src/core/values/llm/turns.ts';

const generated = (turns: string, input: string, output?: string, prefix?: number): GeneratedConversations => ({
  turns: parseTurns(turns)!,
  synthetic: {
    input: parseLengths(input)!,
    ...(output !== undefined && { output: parseLengths(output)! }),
    ...(prefix !== undefined && { prefix: { tokens: prefix, of: 1 } }),
  },
});

const textOf = (content: unknown): string => (typeof content === 'string' ? content : assert.fail('no text'));
const wordsIn = (content: unknown): number => textOf(content).split(' ').length;

/** Returns the first ten words of a text. */
const startOf = (text = ''): string => text.split(' ').slice(0, 10).join(' ');

describe('a number of turns', () => {
  it('is read up to 1,000', () => {
    assert.deepEqual(parseTurns('4'), { kind: 'fixed', tokens: 4 });
    for (const text of ['choice(2:1, 5:1)', 'uniform(2, 1000)', 'normal(4, 2)', 'lognormal(1000, 2)'])
      assert.ok(parseTurns(text), text);
    for (const text of ['0', '1001', 'uniform(2, 1001)', 'choice(2:1, 5000:1)', 'normal(1001, 2)', 'some', '2 turns'])
      assert.equal(parseTurns(text), undefined, text);
  });
});

describe('generated conversations', () => {
  it('have the lengths that they are asked for, in any order, by their seed', () => {
    check(
      property(nat(1_000), nat(1_000_000), (seed, number) => {
        const asked = generated('uniform(1, 6)', 'uniform(1, 40)', 'normal(20, 5)', 8);
        const { turnsOf, askedOf, at } = conversationSource(asked, seed);
        const { turns } = at(number);
        assert.equal(turns.length, turnsOf(number));
        for (const [index, { content, maxTokens }] of turns.entries()) {
          const { inputTokens, outputTokens } = askedOf(number, index);
          assert.equal(wordsIn(content), inputTokens);
          assert.equal(maxTokens, outputTokens);
        }
        const again = conversationSource(asked, seed);
        again.at(number + 1);
        assert.deepEqual(again.at(number).turns, turns);
      }),
      { numRuns: 50 },
    );
  });

  it('are of as many turns as the distribution says', () => {
    const { turnsOf } = conversationSource(generated('choice(2:1, 5:1)', '5'), 1);
    const counts = Array.from({ length: 4_000 }, (_, number) => turnsOf(number));
    assert.deepEqual(
      [...new Set(counts)].toSorted((a, b) => a - b),
      [2, 5],
    );
    const long = counts.filter((count) => count === 5).length / counts.length;
    // Six standard deviations of a share of a half.
    assert.ok(Math.abs(long - 0.5) < 6 * Math.sqrt(0.25 / counts.length), String(long));
  });

  it('share a prefix in the first turn only, and no other text', () => {
    const { at } = conversationSource(generated('3', '20', undefined, 10), 1);
    const [a, b] = [at(0).turns, at(1).turns].map((turns) => turns.map(({ content }) => textOf(content)));
    assert.equal(startOf(a?.[0]), startOf(b?.[0]));
    assert.deepEqual(a?.map(wordsIn), [30, 20, 20]);
    const others = [...(a?.slice(1) ?? []), ...(b?.slice(1) ?? [])];
    assert.equal(new Set([startOf(a?.[0]), ...others.map(startOf)]).size, 5);
  });
});
