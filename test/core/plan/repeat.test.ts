import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { choicesOfPlan, makePlan, type PlanChoices } from '../../../src/core/plan/plan.ts';
import { underFile } from '../../../src/core/plan/repeat.ts';
import { makeSweepPlan } from '../../../src/core/plan/sweep.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';

const fileOf = (...lines: readonly string[]) => parseEndpoints([...lines, '', 'http://127.0.0.1:5000/', ''].join('\n'));

/** The plan of a run that was made with one file and choices and is run again with another file. */
function again(before: readonly string[], choices: PlanChoices, after: readonly string[]): RunPlan {
  const plan = makePlan(choices, fileOf(...before));
  const file = fileOf(...after);
  return makePlan(underFile(choicesOfPlan(plan), file.defaults, false), file);
}

describe('running a file again', () => {
  it('uses what the file sets now', () => {
    const plan = again(['# @requests 40', '# @timeout 2s'], {}, ['# @requests 12', '# @timeout 3s', '# @slo p95 < 1s']);
    assert.deepEqual([plan.requests, plan.timeoutMs, plan.objectives.length], [12, 3000, 1]);
  });

  it("keeps the options that the file doesn't set", () => {
    const plan = again([], { requests: 70, concurrency: 7, seed: 3 }, ['# @timeout 3s']);
    assert.deepEqual([plan.requests, plan.concurrency, plan.seed, plan.timeoutMs], [70, 7, 3, 3000]);
  });

  it('takes the length and the load each from a single source', () => {
    const timed = again(['# @requests 40'], {}, ['# @duration 5s']);
    assert.deepEqual([timed.requests, timed.durationS], [null, 5]);
    const closed = again(['# @rate 20'], {}, ['# @concurrency 3']);
    assert.deepEqual([closed.loadModel, closed.concurrency, closed.durationS], ['closed', 3, 10]);
    const counted = again([], { ratePerS: 20 }, ['# @requests 12']);
    assert.deepEqual([counted.loadModel, counted.requests, counted.durationS], ['open', 12, null]);
    const staged = again(['# @requests 40'], {}, ['# @stages 2s:5, 3s:5..9']);
    assert.deepEqual([staged.loadModel, staged.requests, staged.durationS], ['open', null, 5]);
  });

  it('keeps the levels of a sweep, whatever load the file sets', () => {
    const file = fileOf('# @requests 12', '# @rate 20');
    const { levels } = makeSweepPlan({ levels: [1, 2], ...underFile({ requests: 40 }, file.defaults, true) }, file);
    assert.deepEqual(
      levels.map(({ loadModel, concurrency, requests }) => [loadModel, concurrency, requests]),
      [
        ['closed', 1, 12],
        ['closed', 2, 12],
      ],
    );
  });
});
