import assert from 'node:assert/strict';
import { offeredMs } from '../../../../src/core/plan/load/offered.ts';
import { makePlan, type PlanChoices } from '../../../../src/core/plan/plan.ts';
import { wholeLoad } from '../../../../src/core/plan/load/share.ts';
import { parseStages } from '../../../../src/core/values/stages.ts';

const offered = (choices: PlanChoices, taken = 0, elapsedMs = 1e6): number =>
  offeredMs(makePlan(choices, { defaults: {}, objectives: [] }), wholeLoad, taken, elapsedMs);

describe('the time during which a run sends', () => {
  it('in the open model is as planned: by duration, by stages, or until one more request would be sent', () => {
    assert.equal(offered({ ratePerS: 1, durationS: 3 }), 3_000);
    assert.equal(offered({ ratePerS: 1, requests: 3 }), 3_000);
    assert.equal(offered({ ratePerS: 4, requests: 3, durationS: 3, arrivals: 'poisson' }), 750);
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [] }), 3_000);
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [], requests: 500 }), 3_000);
  });

  it('is at most the length of the run', () => {
    assert.equal(offered({ ratePerS: 1, durationS: 3 }, 2, 1_200), 1_200);
    assert.equal(offered({ concurrency: 2, durationS: 3 }, 2, 1_200), 1_200);
  });

  it('in the closed model is the duration, unless the number of requests ended the run', () => {
    assert.equal(offered({ concurrency: 2, durationS: 3 }, 50), 3_000);
    assert.equal(offered({ concurrency: 2, requests: 10 }, 5), 0);
    assert.equal(offered({ ratePerS: 'inf', requests: 10 }, 10), 0);
    assert.equal(offered({ concurrency: 2, requests: 10, durationS: 3 }, 10), 0);
    assert.equal(offered({ concurrency: 2, requests: 10, durationS: 3 }, 9), 3_000);
  });

  it('of a share depends on its own number of requests', () => {
    const plan = makePlan({ concurrency: 2, requests: 10, durationS: 3 }, { defaults: {}, objectives: [] });
    assert.equal(offeredMs(plan, { number: 1, of: 3 }, 3, 1e6), 0);
    assert.equal(offeredMs(plan, { number: 0, of: 3 }, 3, 1e6), 3_000);
  });
});
