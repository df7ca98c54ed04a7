import assert from 'node:assert/strict';
import { makePlan } from '../../src/core/plan/plan.ts';
import { amountAnswer, loadAnswer, readAmount, readLoad } from '../../src/extension/commands/run/amount.ts';

describe('the load prompt', () => {
  it('accepts a concurrency, a rate, or stages', () => {
    assert.deepEqual(readLoad(' 10 '), { concurrency: 10 });
    assert.deepEqual(readLoad('200/s'), { ratePerS: 200 });
    assert.deepEqual(readLoad('0.5 / s'), { ratePerS: 0.5 });
    assert.deepEqual(readLoad(' inf '), { ratePerS: 'inf' });
    assert.deepEqual(readLoad('30s:50..200'), { stages: [{ fromPerS: 50, toPerS: 200, durationS: 30 }] });
    for (const text of ['', '0', '10001', '-1', '0/s', 'fast', '30s']) assert.equal(readLoad(text), undefined, text);
  });

  it('is prefilled with a value that can be entered', () => {
    for (const text of ['10', '200/s', '30s:50, 60s:50..200']) {
      const plan = makePlan(readLoad(text) ?? {}, { defaults: {}, objectives: [] });
      assert.equal(loadAnswer(plan), text);
    }
  });
});

describe('the amount prompt', () => {
  it('accepts requests, conversations, or a time, and is prefilled with them', () => {
    const cases = [
      ['500', { requests: 500 }],
      ['20 conversations', { conversations: 20 }],
      ['30s', { durationS: 30 }],
    ] as const;
    for (const [text, choices] of cases) {
      assert.deepEqual(readAmount(text), choices);
      assert.equal(amountAnswer(makePlan(choices, { defaults: {}, objectives: [] })), text);
    }
    assert.deepEqual(readAmount('1 conversation'), { conversations: 1 });
    for (const text of ['', '0', 'conversations', '0 conversations', 'x conversations'])
      assert.equal(readAmount(text), undefined, text);
  });
});
