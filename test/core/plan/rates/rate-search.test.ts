import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { nextRate, rateOutcome, searchedRatePlan } from '../../../../src/core/plan/rates/rate-search.ts';
import type { LevelTrial, TrialOutcome } from '../../../../src/core/plan/capacity.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';

/** Searches a server that holds up to a rate, and gives up after 100 runs. */
function search(holds: number, start: number, range: readonly [number, number] = [0.01, 100_000]) {
  const trials: LevelTrial[] = [];
  for (let run = 0; run < 100; run++) {
    const step = nextRate(trials, range, start);
    if (step.kind === 'done') return { ...step.result, tried: trials.map(({ level }) => level) };
    const outcome: TrialOutcome = step.level <= holds ? 'pass' : 'fail';
    trials.push({ level: step.level, outcome });
  }
  throw new Error('The search does not end.');
}

describe('capacity search by rate', () => {
  it('starts at a rate, doubles or halves, bisects, and repeats both rates at the boundary', () => {
    const up = search(6.6, 5);
    assert.deepEqual(up.tried, [5, 10, 7.5, 6.25, 6.88, 6.56, 6.56, 6.88]);
    assert.deepEqual([up.capacity, up.firstFailing, up.sure], [6.56, 6.88, true]);
    assert.deepEqual(search(6.6, 20).tried.slice(0, 4), [20, 10, 5, 7.5]);
  });

  it('finds any capacity within 5%, in few runs, wherever it starts', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 50_000, noNaN: true }),
        fc.double({ min: 0.1, max: 8, noNaN: true }),
        (holds, factor) => {
          const { capacity, firstFailing, sure, tried } = search(holds, holds * factor);
          assert.ok(sure && capacity !== null && firstFailing !== null);
          assert.ok(capacity <= holds && holds < firstFailing);
          assert.ok(firstFailing <= capacity * 1.0501);
          assert.ok(tried.length <= 16, `${tried.length} runs`);
        },
      ),
    );
  });

  it('stays in its range', () => {
    const all = search(1_000, 100, [1, 64]);
    assert.deepEqual([all.capacity, all.firstFailing, all.tried], [64, null, [64, 64]]);
    const none = search(0.1, 8, [2, 64]);
    assert.deepEqual([none.capacity, none.firstFailing, none.tried], [null, 2, [8, 4, 2, 2]]);
  });

  it('fails a rate that the server does not keep up with, whatever its times', () => {
    assert.equal(rateOutcome('pass', true), 'fail');
    assert.equal(rateOutcome('pass', false), 'pass');
    assert.equal(rateOutcome('undecided', undefined), 'undecided');
  });

  it('has levels that are long enough for the interval of the objectives', () => {
    const { objectives } = parseObjectives('ttft.p95 < 500ms');
    const plan = (rate: number, choices = {}) =>
      searchedRatePlan(rate, objectives, choices, { defaults: {}, objectives });
    assert.deepEqual([plan(2).durationS, plan(2).requests], [59, null]);
    assert.equal(plan(200).durationS, 10);
    assert.deepEqual([plan(Infinity).requests, plan(Infinity).durationS], [118, null]);
    assert.equal(plan(2, { durationS: 5 }).durationS, 5);
    assert.equal(plan(Infinity, { durationS: 5 }).requests, 118);
  });
});
