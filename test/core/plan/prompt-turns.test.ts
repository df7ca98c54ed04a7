import assert from 'node:assert/strict';
import { targetPicker } from '../../../src/core/values/pick.ts';
import { promptTurns, requestsByTarget, seededOrder } from '../../../src/core/plan/prompt-turns.ts';

const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the order of prompts', () => {
  it('of one target continues after the warm-up and earlier runs', () => {
    const turns = promptTurns(() => 0, 1, 3, [10]);
    assert.deepEqual(
      indices(3).map((index) => turns.warmup(index)),
      [10, 11, 12],
    );
    assert.deepEqual(
      indices(4).map((index) => turns.run(index)),
      [13, 14, 15, 16],
    );
  });

  it('is separate for each target of a mix', () => {
    const pick = targetPicker([5, 1, 2], 7);
    const starts = [100, 0, 40];
    const turns = promptTurns(pick, 3, 20, starts);
    const taken: number[][] = [[], [], []];
    for (const index of indices(20)) taken[pick(index)]?.push(turns.warmup(index));
    for (const index of indices(500)) taken[pick(index)]?.push(turns.run(index));
    for (const [target, mine] of taken.entries()) {
      assert.deepEqual(
        mine,
        indices(mine.length).map((turn) => turn + (starts[target] ?? 0)),
      );
    }
    assert.deepEqual(
      taken.map(({ length }) => length),
      requestsByTarget(pick, 3, 20).map((count, target) => count + (requestsByTarget(pick, 3, 500)[target] ?? 0)),
    );
  });

  it('depends only on the index, whoever asks and in any order', () => {
    const pick = targetPicker([1, 1], 3);
    const inOrder = promptTurns(pick, 2, 0);
    const whole = indices(200).map((index) => inOrder.run(index));
    const everyThird = promptTurns(pick, 2, 0);
    for (let index = 1; index < 200; index += 3) assert.equal(everyThird.run(index), whole[index]);
    assert.equal(everyThird.run(5), whole[5]);
  });

  it('in random mode has every prompt once, in an order determined by the seed', () => {
    const order = seededOrder(1_000, 5);
    assert.deepEqual(
      [...order].toSorted((a, b) => a - b),
      indices(1_000),
    );
    assert.deepEqual(seededOrder(1_000, 5), order);
    assert.notDeepEqual(seededOrder(1_000, 6), order);
    // Of a fair shuffle one number on average stays in its place.
    assert.ok(order.filter((number, place) => number === place).length < 10);
    assert.deepEqual([...seededOrder(1, 1), ...seededOrder(0, 1)], [0]);
  });
});
