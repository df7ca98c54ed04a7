import assert from 'node:assert/strict';
import { makePlan, type PlanChoices } from '../../../src/core/plan/plan.ts';
import { targetOf } from '../record/fixtures.ts';
import { slicePlan } from '../../../src/core/plan/slice-plan.ts';

const planOf = (choices: PlanChoices) => makePlan({ durationS: 4, ...choices }, { defaults: {}, objectives: [] });

describe('the plan of a slice', () => {
  it('has a fixed length, and a warm-up that depends on its load unless one is set', () => {
    const { metricsUrl, autoWarmup, ...plan } = planOf({
      concurrency: 7,
      warmup: 'auto',
      metricsUrl: 'http://127.0.0.1/metrics',
    });
    assert.deepEqual([metricsUrl !== undefined, autoWarmup], [true, true]);
    assert.deepEqual(slicePlan(planOf({ concurrency: 7, warmup: 'auto' }), 4), { ...plan, warmup: 7 });
    assert.equal(slicePlan(planOf({ ratePerS: 52 }), 4).warmup, 21);
    assert.equal(slicePlan(planOf({ warmup: 3 }), 4).warmup, 3);
    assert.equal(slicePlan(planOf({ warmup: 3 }), 4, 0).warmup, 0);
  });

  it("can't replay a trace, but sends its lengths by another load", () => {
    const targets = [{ ...targetOf('a'), llm: { trace: 'trace.jsonl' } }];
    const traced = (choices: PlanChoices) =>
      makePlan({ durationS: 4, ...choices }, { defaults: {}, objectives: [], targets });
    assert.throws(() => slicePlan(traced({}), 4), {
      message: "A trace can't be compared in slices, because each slice would replay only its start.",
    });
    assert.equal(slicePlan(traced({ concurrency: 3 }), 4).warmup, 3);
  });
});
