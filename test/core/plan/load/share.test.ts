import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { loadModelFor } from '../../../../src/core/plan/load/load-models.ts';
import { makePlan } from '../../../../src/core/plan/plan.ts';
import { indexIn, partOf, planOfMany, planOfOne, shareModel, wholeLoad } from '../../../../src/core/plan/load/share.ts';
import type { RunPlan } from '../../../../src/core/plan/types.ts';

const planOf = (choices: Parameters<typeof makePlan>[0]): RunPlan =>
  makePlan(choices, { defaults: {}, objectives: [] });

/** The numbers of all shares of a load. */
const shares = (of: number) => Array.from({ length: of }, (_, number) => ({ number, of }));

const count = fc.integer({ min: 1, max: 2_000 });
const workers = fc.integer({ min: 1, max: 20 });

describe('shares of a load', () => {
  it('contain every request once, each with its part of the count', () => {
    fc.assert(
      fc.property(count, workers, (requests, of) => {
        const model = loadModelFor(planOf({ requests, concurrency: 3 }));
        const sent = shares(of).map((share) => {
          const own = shareModel(model, share);
          const indices: number[] = [];
          while (own.next(indices.length, 0) !== 'done') indices.push(indexIn(share, indices.length));
          assert.equal(indices.length, partOf(requests, share));
          return indices;
        });
        assert.deepEqual(
          sent.flat().toSorted((a, b) => a - b),
          Array.from({ length: requests }, (_, index) => index),
        );
      }),
    );
  });

  it('have the scheduled times of the whole load', () => {
    const plans = [
      planOf({ ratePerS: 50, requests: 200 }),
      planOf({ ratePerS: 50, requests: 200, arrivals: 'poisson' }),
      planOf({ stages: [{ fromPerS: 10, toPerS: 90, durationS: 3 }] }),
    ];
    for (const plan of plans) {
      const model = loadModelFor(plan);
      const whole: number[] = [];
      for (let due = model.next(0, 0); typeof due === 'number'; due = model.next(whole.length, 0)) whole.push(due);
      assert.ok(whole.length > 100);
      const parts = shares(3).flatMap((share) => {
        const own = shareModel(loadModelFor(plan), share);
        const times: number[] = [];
        for (let due = own.next(0, 0); typeof due === 'number'; due = own.next(times.length, 0)) times.push(due);
        return times;
      });
      assert.deepEqual(
        parts.toSorted((a, b) => a - b),
        whole,
      );
    }
  });

  it('divide everything that can be divided', () => {
    fc.assert(
      fc.property(fc.nat(5_000), workers, (all, of) => {
        const parts = shares(of).map((share) => partOf(all, share));
        assert.equal(
          parts.reduce((sum, part) => sum + part, 0),
          all,
        );
        assert.ok(Math.max(...parts) - Math.min(...parts) <= 1);
      }),
    );
    assert.equal(partOf(7, wholeLoad), 7);
  });
});

describe('a separate plan for each worker', () => {
  it('divides counts, rounded up, and rates', () => {
    const plan = planOf({ requests: 10, concurrency: 7, warmup: 4 });
    const own = planOfOne(plan, 4, 99);
    assert.deepEqual(own, { ...plan, requests: 3, concurrency: 2, warmup: 1, seed: 99 });
    assert.deepEqual(planOfMany(plan, 4, 4), { ...plan, requests: 12, concurrency: 8, warmup: 4 });
  });

  it('doubles the load with twice the workers', () => {
    const plan = planOf({ ratePerS: 100, durationS: 10, maxInFlight: 50 });
    assert.deepEqual(planOfOne(plan, 5, 1).stages, [{ fromPerS: 20, toPerS: 20, durationS: null }]);
    const twice = planOfMany(plan, 5, 10);
    assert.deepEqual(twice.stages, [{ fromPerS: 200, toPerS: 200, durationS: null }]);
    assert.equal(twice.concurrency, 100);
    assert.equal(twice.durationS, 10);
    assert.equal(twice.requests, null);
  });
});
