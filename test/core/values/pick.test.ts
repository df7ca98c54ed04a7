import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { targetPicker } from '../../../src/core/values/pick.ts';

const weightsOf = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0.001, max: 20, noNaN: true })), {
  minLength: 1,
  maxLength: 12,
});
const seedOf = fc.integer({ min: 0, max: 0xffffffff });

/** How often each target was picked for the first `n` requests. */
function countsOf(weights: readonly number[], seed: number, n: number): number[] {
  const pick = targetPicker(weights, seed);
  const counts = weights.map(() => 0);
  for (let i = 0; i < n; i++) counts[pick(i)]! += 1;
  return counts;
}

const sequence = (weights: number[], seed: number): string =>
  Array.from({ length: 24 }, (_, i) => targetPicker(weights, seed)(i)).join('');

describe('targetPicker', () => {
  it('gives the same sequence for the same seed, in any order of calls', () => {
    fc.assert(
      fc.property(
        weightsOf,
        seedOf,
        fc.array(fc.nat({ max: 2 ** 40 }), { maxLength: 50 }),
        (weights, seed, indices) => {
          const one = targetPicker(weights, seed);
          const other = targetPicker([...weights], seed);
          const forwards = indices.map((index) => one(index));
          const backwards = indices.toReversed().map((index) => other(index));
          assert.deepEqual(backwards.toReversed(), forwards);
          for (const target of forwards) assert.ok(Number.isInteger(target) && target >= 0 && target < weights.length);
        },
      ),
    );
  });

  it("doesn't change between releases", () => {
    assert.equal(sequence([1, 1, 1, 1], 1), '030122332112232201222013');
    assert.equal(sequence([4, 3, 2, 1], 7), '131010013010010203022110');
  });

  it('picks by weight, with every count within five standard deviations', () => {
    const n = 4000;
    fc.assert(
      fc.property(weightsOf, seedOf, (weights, seed) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [i, count] of countsOf(weights, seed, n).entries()) {
          const share = weights[i]! / total;
          const deviation = Math.sqrt(n * share * (1 - share));
          assert.ok(Math.abs(count - n * share) <= 5 * deviation + 1, `${count} of ${n} for a share of ${share}`);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('differs between seeds, also neighboring ones, and its picks are independent', () => {
    const n = 20_000;
    const pickA = targetPicker([1, 1], 1);
    const pickB = targetPicker([1, 1], 2);
    let sameAcrossSeeds = 0;
    let sameAsBefore = 0;
    for (let i = 0; i < n; i++) {
      sameAcrossSeeds += pickA(i) === pickB(i) ? 1 : 0;
      sameAsBefore += pickA(i) === pickA(i + 1) ? 1 : 0;
    }
    const fiveDeviations = 5 * Math.sqrt(n / 4);
    assert.ok(Math.abs(sameAcrossSeeds - n / 2) < fiveDeviations, `${sameAcrossSeeds}`);
    assert.ok(Math.abs(sameAsBefore - n / 2) < fiveDeviations, `${sameAsBefore}`);
  });

  it('reaches each of 100,000 targets, the heaviest most often', () => {
    const weights = Array.from({ length: 100_000 }, (_, i) => (i === 50_000 ? 100_000 : 1));
    const counts = countsOf(weights, 3, 20_000);
    assert.ok(counts[50_000]! > 9500 && counts[50_000]! < 10_500, `${counts[50_000]}`);
    assert.ok(counts.findIndex((count) => count > 0) < 100);
    assert.ok(counts.findLastIndex((count) => count > 0) > 99_900);
  });

  it('needs a target', () => assert.throws(() => targetPicker([], 1), RangeError));
});
