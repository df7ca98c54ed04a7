import assert from 'node:assert/strict';
import { makePlan, type PlanChoices } from '../../src/core/plan/plan.ts';
import { planWords } from '../../src/extension/views/run-words.ts';

const words = (choices: PlanChoices): string => planWords(makePlan(choices, { defaults: {}, objectives: [] }));

describe('a plan in a few words', () => {
  it('has amount and load', () => {
    assert.equal(words({ requests: 500, concurrency: 10 }), '500 requests × 10');
    assert.equal(words({ durationS: 30, ratePerS: 200 }), '30 s × 200/s');
    assert.equal(words({ requests: 60, ratePerS: 'inf' }), '60 requests × inf');
  });

  it('has the file of a trace, and its requests once they are counted', () => {
    const plan = {
      ...makePlan({}, { defaults: {}, objectives: [] }),
      requests: null,
      trace: { file: 'a.jsonl', speed: 1 },
    };
    assert.equal(planWords(plan), 'trace a.jsonl');
    assert.equal(planWords({ ...plan, requests: 30 }), '30 requests of a.jsonl');
  });
});
