import assert from 'node:assert/strict';
import { higherRates, makeRateSweepPlan, parseRates } from '../../../../src/core/plan/rates/rate-sweep.ts';
import { dueBefore, dueForMs, targetRatePerS } from '../../../../src/core/plan/load/target-rate.ts';
import { makePlan } from '../../../../src/core/plan/plan.ts';
import { parseStages } from '../../../../src/core/values/stages.ts';

const nothing = { defaults: {}, objectives: [] };

describe('parseRates', () => {
  it('reads rates and ranges, sorted, without duplicates', () => {
    assert.deepEqual(parseRates('4, 1,2.5,inf,4'), [1, 2.5, 4, Infinity]);
    assert.deepEqual(parseRates('1..10,inf'), [1, 2, 4, 8, 10, Infinity]);
    assert.deepEqual(parseRates('0.5'), [0.5]);
    assert.deepEqual(parseRates('6..6'), [6]);
  });

  for (const text of ['', '1,', '0', '-1', '8..1', '1..', 'fast', '1..inf', '1e3', '2000000']) {
    it(`is undefined for ${JSON.stringify(text)}`, () => assert.equal(parseRates(text), undefined));
  }
});

describe('higherRates', () => {
  it('doubles the highest finite rate three times, up to the limit', () => {
    assert.deepEqual(higherRates([0.25, 0.5, Infinity]), [0.5, 1, 2, 4]);
    assert.deepEqual(higherRates([400_000]), [400_000, 800_000, 1_000_000]);
  });
});

describe('makeRateSweepPlan', () => {
  it('gives a level 10 s or 60 requests, whichever is longer, and the infinite rate the requests of the highest level', () => {
    const { levels } = makeRateSweepPlan({ rates: [1, 20, Infinity] }, nothing);
    assert.deepEqual(
      levels.map(({ requests, durationS, warmup, untilSaturated }) => [requests, durationS, warmup, untilSaturated]),
      [
        [null, 60, 1, true],
        [null, 10, 20, true],
        [200, null, 20, undefined],
      ],
    );
    assert.deepEqual(levels.map(targetRatePerS), [1, 20, Infinity]);
  });

  it('keeps the amount, the arrivals, and the warm-up that are set', () => {
    const file = { defaults: { durationS: 3, stages: parseStages('1s:5') ?? [], warmup: 2 }, objectives: [] };
    const { levels } = makeRateSweepPlan({ rates: [4, Infinity], arrivals: 'poisson' }, file);
    assert.deepEqual(
      levels.map(({ requests, durationS, warmup, arrivals }) => [requests, durationS, warmup, arrivals]),
      [
        [null, 3, 2, 'poisson'],
        [60, null, 2, undefined],
      ],
    );
    const counted = makeRateSweepPlan({ rates: [4, Infinity], requests: 70 }, file);
    assert.deepEqual(
      counted.levels.map(({ requests, durationS }) => [requests, durationS]),
      [
        [70, null],
        [70, null],
      ],
    );
  });

  it('lets a precision end every level except the infinite rate', () => {
    const until = { metric: 'p95', share: 0.05, text: 'p95 ±5%' };
    const { levels } = makeRateSweepPlan({ rates: [4, Infinity], until }, nothing);
    assert.deepEqual(
      levels.map((plan) => plan.until),
      [until, undefined],
    );
  });
});

describe('the target rate of a plan', () => {
  it('is a single rate, and null in the closed model or if stages change it', () => {
    assert.equal(targetRatePerS(makePlan({ ratePerS: 7 }, nothing)), 7);
    assert.equal(targetRatePerS(makePlan({ ratePerS: 'inf' }, nothing)), Infinity);
    assert.equal(targetRatePerS(makePlan({ concurrency: 7 }, nothing)), null);
    assert.equal(targetRatePerS(makePlan({ stages: parseStages('2s:5, 1s:5') ?? [] }, nothing)), 5);
    assert.equal(targetRatePerS(makePlan({ stages: parseStages('2s:5..6') ?? [] }, nothing)), null);
  });

  it('determines how many requests are due before a time, at most those of the plan', () => {
    const due = dueBefore(makePlan({ ratePerS: 10, requests: 25 }, nothing));
    assert.deepEqual([0, 1, 100, 1_000, 9_000, 500].map(due), [0, 1, 1, 10, 25, 5]);
    assert.equal(dueForMs({ requests: 25, durationS: null }, 10), 2_500);
    assert.equal(dueForMs({ requests: 25, durationS: 1 }, 10), 1_000);
    assert.equal(dueForMs({ requests: null, durationS: null }, 10), Infinity);
  });
});
