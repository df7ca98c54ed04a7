import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import type { Trace } from '../../../src/core/endpoints/data/trace.ts';
import { makePlan, type PlanChoices } from '../../../src/core/plan/plan.ts';
import { withTrace } from '../../../src/core/plan/trace.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import { runInput } from '../../support/run-input.ts';

/** Requests 10 ms apart: the first 100 of a longer file. */
const part: Trace = {
  file: 't.jsonl',
  format: 'loadlens',
  blockTokens: 512,
  rows: Array.from({ length: 100 }, (_, index) => ({ atMs: 10 * index })),
  isPart: true,
};
const url = 'http://127.0.0.1:1/';
const file = parseEndpoints(`# @trace ${part.file}\n${url}`);

const planOf = (choices: PlanChoices, trace = part): RunPlan =>
  withTrace(runInput([{ method: 'GET', url, headers: [], trace }], { plan: makePlan(choices, file) })).plan;

describe('a trace of which only the start is read', () => {
  it('is replayed as far as it is read', () => {
    assert.equal(planOf({ requests: 100 }).requests, 100);
    assert.equal(planOf({ requests: 7 }).requests, 7);
    assert.equal(planOf({ durationS: 0.5 }).requests, 50);
    assert.equal(planOf({ requests: 7 }).trace?.requests, undefined);
  });

  for (const choices of [{ requests: 101 }, { durationS: 1 }, {}] satisfies PlanChoices[]) {
    it(`is refused with ${JSON.stringify(choices)}`, () =>
      assert.throws(() => planOf(choices), {
        message: 'Only the first 100 requests of t.jsonl can be replayed.',
        hint: 'Use at most -n 100, a shorter --duration, or a part of the file.',
      }));
  }

  it('is replayed to its end if there is no more', () => {
    const { isPart: _, ...whole } = part;
    assert.equal(planOf({ requests: 101 }, whole).requests, 100);
  });
});
