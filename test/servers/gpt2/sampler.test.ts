import assert from 'node:assert/strict';
import { needsAllLogits, sample, seededRandom, type Choices } from '../../../src/servers/gpt2/runtime/sampler.ts';

/** Four tokens with known shares in a vocabulary of 200; the others are nearly impossible. */
const shares: ReadonlyMap<number, number> = new Map([
  [17, 0.5],
  [3, 0.25],
  [150, 0.15],
  [99, 0.1],
]);
const logits = Float32Array.from({ length: 200 }, (_, id) => (shares.has(id) ? Math.log(shares.get(id)!) : -50));
const order = Array.from(logits, (_, id) => id).toSorted((a, b) => logits[b]! - logits[a]! || a - b);
const choices: Choices = {
  topIds: Int32Array.from(order.slice(0, 64)),
  topValues: Float32Array.from(order.slice(0, 64), (id) => logits[id]!),
  logits,
};
const draws = 6_000;

function frequencies(sampling: { temperature: number; topK?: number; topP?: number }): Map<number, number> {
  const random = seededRandom(4);
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const id = sample(choices, { topK: 0, topP: 1, seed: 0, ...sampling }, random);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Chi-square against the expected shares stays below the 99.9 % point of three degrees of freedom. */
function assertShares(counts: ReadonlyMap<number, number>, expected: ReadonlyMap<number, number>): void {
  assert.deepEqual(
    [...counts.keys()].toSorted((a, b) => a - b),
    [...expected.keys()].toSorted((a, b) => a - b),
  );
  let chiSquare = 0;
  for (const [id, share] of expected) chiSquare += (counts.get(id)! - share * draws) ** 2 / (share * draws);
  assert.ok(chiSquare < 16.27, `chi-square ${chiSquare}`);
}

const normalised = (entries: readonly (readonly [number, number])[]) => {
  const sum = entries.reduce((total, [, share]) => total + share, 0);
  return new Map(entries.map(([id, share]) => [id, share / sum] as const));
};

const needs = (temperature: number, topK: number) => needsAllLogits({ temperature, topK, topP: 1, seed: 0 });
const take = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));

describe('GPT-2 sampling', () => {
  it('temperature 0 selects the most likely token', () => {
    assert.deepEqual([...frequencies({ temperature: 0 }).keys()], [17]);
  });

  it('temperature 1 follows the probabilities, from all logits and from the candidates alike', () => {
    assertShares(frequencies({ temperature: 1 }), shares);
    assertShares(frequencies({ temperature: 1, topK: 4 }), shares);
    assertShares(frequencies({ temperature: 1, topK: 100 }), shares);
  });

  it('a higher temperature flattens, a lower one sharpens, exactly', () => {
    for (const temperature of [0.5, 1.8]) {
      const expected = normalised([...shares].map(([id, share]) => [id, share ** (1 / temperature)] as const));
      assertShares(frequencies({ temperature, topK: 4 }), expected);
    }
  });

  it('top-k and top-p cut the tail and keep the rest in proportion', () => {
    const two = normalised([...shares].slice(0, 2));
    assertShares(frequencies({ temperature: 1, topK: 2 }), two);
    assertShares(frequencies({ temperature: 1, topP: 0.7 }), two);
    assertShares(frequencies({ temperature: 1, topK: 100, topP: 0.7 }), two);
    assertShares(frequencies({ temperature: 1, topP: 0.8 }), normalised([...shares].slice(0, 3)));
    assert.deepEqual([...frequencies({ temperature: 1, topP: 0.01 }).keys()], [17]);
  });

  it('a flat distribution with too few candidates for top-p is still cut correctly', () => {
    const flat = new Float32Array(200);
    const even = {
      topIds: Int32Array.from({ length: 64 }, (_, i) => i),
      topValues: new Float32Array(64),
      logits: flat,
    };
    const random = seededRandom(9);
    const seen = new Set<number>();
    for (let i = 0; i < draws; i++) seen.add(sample(even, { temperature: 1, topK: 0, topP: 0.5, seed: 0 }, random));
    assert.deepEqual(
      [...seen].toSorted((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it("all logits are used only if the candidates aren't enough", () => {
    assert.deepEqual([needs(0, 0), needs(1, 64), needs(1, 65), needs(1, 0)], [false, false, true, true]);
  });

  it('the same seed gives the same numbers from 0 to 1, and another seed gives others', () => {
    assert.deepEqual(take(5), take(5));
    assert.notDeepEqual(take(5), take(6));
    assert.ok(take(0).every((x) => x >= 0 && x < 1));
    const mean = take(1).reduce((a, b) => a + b) / 1000;
    assert.ok(Math.abs(mean - 0.5) < 0.03, String(mean));
  });
});
