import assert from 'node:assert/strict';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import * as fc from 'fast-check';
import { higherLevels, levelsBetween, makeSweepPlan, parseLevels, parseRange } from '../../../src/core/plan/sweep.ts';

const of = (text: string): number[] => levelsBetween(...parseRange(text)!);
const nothing = { defaults: {}, objectives: [] };

describe('the plan of a sweep', () => {
  it('continues above the levels of an earlier one, with concurrency 1 for comparison', () => {
    assert.deepEqual(higherLevels([1, 2, 4, 8]), [1, 8, 16, 32, 64]);
    assert.deepEqual(higherLevels([8_000]), [1, 8_000, 10_000]);
  });

  it('has ascending levels without duplicates', () => {
    assert.deepEqual(parseLevels('1,2,4,8'), [1, 2, 4, 8]);
    assert.deepEqual(parseLevels(' 8, 1,8 '), [1, 8]);
    for (const wrong of ['', '0', '1,', '1.5', '-1', 'a', '10001', '1;2']) assert.equal(parseLevels(wrong), undefined);
    assert.equal(parseLevels(Array.from({ length: 65 }, (_, i) => i + 1).join(',')), undefined);
  });

  it('reads a range: the powers of two in it, and both ends', () => {
    assert.deepEqual(of('1..64'), [1, 2, 4, 8, 16, 32, 64]);
    assert.deepEqual(of('1..10'), [1, 2, 4, 8, 10]);
    assert.deepEqual(of('3..9'), [3, 4, 8, 9]);
    assert.deepEqual(of('5..5'), [5]);
    assert.equal(of('1..10000').length, 15);
    for (const wrong of ['', '1', '1..', '64..1', '0..4', '1...4', '1..10001']) {
      assert.equal(parseRange(wrong), undefined);
    }
  });

  it('has every level in the range, in ascending order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const levels = levelsBetween(first, last);
        assert.equal(levels[0], first);
        assert.equal(levels.at(-1), last);
        for (const [i, level] of levels.entries()) if (i > 0) assert.ok(level > levels[i - 1]!);
      }),
    );
  });

  it('gives each level requests and a warm-up that match its size by default', () => {
    const plan = makeSweepPlan({ levels: [1, 8] }, nothing);
    assert.equal(plan.coolDownMs, 500);
    assert.deepEqual(
      plan.levels.map(({ concurrency, requests, warmup }) => [concurrency, requests, warmup]),
      [
        [1, 20, 1],
        [8, 80, 8],
      ],
    );
  });

  it('gives a level enough requests to judge a p95 if there are objectives', () => {
    const { objectives } = parseObjectives('p95 < 1s');
    const { levels } = makeSweepPlan({ levels: [1, 8] }, { ...nothing, objectives });
    assert.deepEqual(
      levels.map(({ requests }) => requests),
      [60, 80],
    );
  });

  it('lets options override the file, and the file override those sizes', () => {
    const file = { defaults: { requests: 30, warmup: 3, concurrency: 7 }, objectives: [] };
    const [level] = makeSweepPlan({ levels: [4] }, file).levels;
    assert.deepEqual([level?.requests, level?.warmup, level?.concurrency], [30, 3, 4]);
    const [chosen] = makeSweepPlan({ levels: [4], durationS: 2, warmup: 0 }, file).levels;
    assert.deepEqual([chosen?.requests, chosen?.durationS, chosen?.warmup], [null, 2, 0]);
  });

  it("rejects a level that can't be reached", () => {
    assert.throws(
      () => makeSweepPlan({ levels: [1, 16], requests: 10 }, nothing),
      /Level 16 requires at least 16 requests/,
    );
  });
});
