import assert from 'node:assert/strict';
import { offeredMs } from '../../../../src/core/plan/load/offered.ts';
import { makePlan, type PlanChoices } from '../../../../src/core/plan/plan.ts';
import { wholeLoad } from '../../../../src/core/plan/load/share.ts';
import { parseStages } from '../../../../src/core/values/stages.ts';

const offered = (choices: PlanChoices, taken = 0, elapsedMs = 1e6): number =>
  offeredMs(makePlan(choices, { defaults: {}, objectives: [] }), wholeLoad, taken, elapsedMs);

describe('for how long a run lets requests leave', () => {
  it('by the clock: as long as planned, by duration, by stages, or until one more would leave', () => {
    assert.equal(offered({ ratePerS: 1, durationS: 3 }), 3_000);
    assert.equal(offered({ ratePerS: 1, requests: 3 }), 3_000);
    assert.equal(offered({ ratePerS: 4, requests: 3, durationS: 3, arrivals: 'poisson' }), 750);
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [] }), 3_000);
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [], requests: 500 }), 3_000);
  });

  it('at most as long as the run lasted', () => {
    assert.equal(offered({ ratePerS: 1, durationS: 3 }, 2, 1_200), 1_200);
    assert.equal(offered({ concurrency: 2, durationS: 3 }, 2, 1_200), 1_200);
  });

  it('a closed loop: by duration alone, not when the count has ended it', () => {
    assert.equal(offered({ concurrency: 2, durationS: 3 }, 50), 3_000);
    assert.equal(offered({ concurrency: 2, requests: 10 }, 5), 0);
    assert.equal(offered({ ratePerS: 'inf', requests: 10 }, 10), 0);
    assert.equal(offered({ concurrency: 2, requests: 10, durationS: 3 }, 10), 0);
    assert.equal(offered({ concurrency: 2, requests: 10, durationS: 3 }, 9), 3_000);
  });

  it('of a share its own part of the count decides', () => {
    const plan = makePlan({ concurrency: 2, requests: 10, durationS: 3 }, { defaults: {}, objectives: [] });
    assert.equal(offeredMs(plan, { number: 1, of: 3 }, 3, 1e6), 0);
    assert.equal(offeredMs(plan, { number: 0, of: 3 }, 3, 1e6), 3_000);
  });
});
