import assert from 'node:assert/strict';
import { arrivalsOf } from '../../../../src/core/plan/load/arrivals.ts';
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
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [] }), 3_000);
    assert.equal(offered({ stages: parseStages('2s:50, 1s:0') ?? [], requests: 500 }), 3_000);
  });

  it('by number with random arrivals is the time from the first to the last of them', () => {
    for (const arrivals of [{ arrivals: 'poisson' }, { arrivals: 'gamma', burstiness: 0.5 }] as const) {
      const choices = { ratePerS: 20, requests: 60, ...arrivals, seed: 2 };
      const dueMs = arrivalsOf(makePlan(choices, { defaults: {}, objectives: [] }));
      assert.equal(offered(choices), dueMs(59) - dueMs(0));
      assert.equal(offered({ ...choices, durationS: 1 }), 1_000);
      assert.equal(offered({ ...choices, durationS: 600 }), dueMs(59) - dueMs(0));
      assert.equal(offered(choices, 20, 1_200), 1_200);
      assert.equal(offered({ ratePerS: 20, durationS: 3, ...arrivals, seed: 2 }), 3_000);
    }
    assert.equal(offered({ stages: parseStages('1s:5') ?? [], requests: 500, arrivals: 'poisson' }), 1_000);
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
