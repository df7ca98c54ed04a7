import assert from 'node:assert/strict';
import { array, assert as assertLaw, integer, property } from 'fast-check';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { checkRateLevels, conversationAt, planOfStarts, thinkTimes } from '../../../src/core/plan/conversations.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import { runInput } from '../../support/run-input.ts';

/** A target with conversations of these numbers of turns. */
const chatsOf = (turns: readonly number[], order: 'rotate' | 'random' = 'rotate'): PreparedRequest => ({
  method: 'POST',
  url: 'http://127.0.0.1/v1/chat/completions',
  headers: [],
  conversations: {
    list: turns.map((count) => ({ turns: Array.from({ length: count }, () => ({ content: 'x' })) })),
    order,
    bodies: [],
  },
});
const plain = 'http://127.0.0.1/';

const startsOf = (requests: readonly (string | PreparedRequest)[], plan: Partial<RunPlan>): RunPlan =>
  planOfStarts(runInput(requests, { plan }));

describe('the starts of a plan', () => {
  it('are the fewest whose turns are as many as the requests', () => {
    assertLaw(
      property(
        array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        integer({ min: 1, max: 200 }),
        integer({ min: 0, max: 30 }),
        (turns, requests, warmup) => {
          const chats = chatsOf(turns);
          const plan = startsOf([chats], { requests, warmup });
          const at = conversationAt(chats.conversations!, 1);
          const turnsOf = (from: number, count: number): number =>
            Array.from({ length: count }, (_, i) => at(from + i).turns.length).reduce((sum, each) => sum + each, 0);
          const starts = plan.requests ?? 0;
          assert.ok(turnsOf(plan.warmup, starts) >= requests && turnsOf(plan.warmup, starts - 1) < requests);
          assert.ok(turnsOf(0, plan.warmup) >= warmup);
        },
      ),
    );
  });

  it('count conversations only, among other requests', () => {
    const plan = startsOf([chatsOf([3]), plain], { requests: null, conversations: 10 });
    assert.ok((plan.requests ?? 0) > 10);
    assert.equal(startsOf([chatsOf([3]), plain], { requests: null }).requests, null);
  });

  it('are the requests without conversations', () => {
    const input = runInput([plain], { plan: { requests: 7 } });
    assert.equal(planOfStarts(input), input.plan);
    assert.throws(() => checkRateLevels([chatsOf([2])]), /can't have conversations/);
  });
});

describe('the sequence of conversations', () => {
  it('has each one before any repeats, in an order from the seed', () => {
    const { conversations } = chatsOf([1, 2, 3, 4, 5, 6, 7, 8], 'random');
    const turns = (seed: number, from: number): number[] =>
      Array.from({ length: 8 }, (_, i) => conversationAt(conversations!, seed)(from + i).turns.length);
    assert.deepEqual(turns(1, 0), turns(1, 8));
    assert.deepEqual(turns(1, 0), turns(1, 0));
    assert.notDeepEqual(turns(1, 0), turns(2, 0));
    assert.deepEqual(
      turns(1, 0).toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  it('has think times of its own', () => {
    const think = { kind: 'uniform', from: 100, to: 10_000 } as const;
    const [first, again, other] = [1, 1, 2].map((seed) => thinkTimes({ think }, seed)(3, 2));
    assert.equal(first, again);
    assert.notEqual(first, other);
    assert.equal(thinkTimes({}, 1)(3, 2), 0);
  });
});
