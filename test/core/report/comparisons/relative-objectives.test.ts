import assert from 'node:assert/strict';
import { evaluateObjectives, evaluateRun, perRequestLimitsMs } from '../../../../src/core/plan/objectives.ts';
import { makeBaseline } from '../../../../src/core/record/comparisons/baseline.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { checksOfRuns } from '../../../../src/core/report/checks/checks.ts';
import { needsBaseline, withLimits } from '../../../../src/core/report/comparisons/relative-objectives.ts';
import { unmetOfRun } from '../../../../src/core/report/words/failure-words.ts';
import { verdictText } from '../../../../src/core/report/words/verdict.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import type { Objective } from '../../../../src/core/vocabulary.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

const run = (latencyMs: number, count = 200): RunRecord => recordOf(closedLoop(count, 10, () => ({ latencyMs })));
const kept = (...runs: RunRecord[]) => makeBaseline('main', '2026-11-22T20:15:37.123Z', runs);
const input = (slo: string, changes: Partial<RunRecord['plan']> = {}) => ({
  plan: { ...run(10).plan, ...changes, objectives: parseObjectives(slo).objectives },
  targets: [targetOf('GET /tokenizer?output_tokens=3')],
});
const limited = (slo: string, changes: Partial<RunRecord['plan']> = {}): readonly Objective[] =>
  withLimits(input(slo, changes), kept(run(10), run(30), run(20)), 'build-7').plan.objectives;

describe('limits of relative objectives', () => {
  it('come from the median of the runs of the baseline', () => {
    assert.deepEqual(limited('p95 < baseline + 5%, mean < 1s'), [
      {
        metric: 'p95',
        operator: '<',
        value: 21,
        text: 'p95 < baseline + 5%',
        baseline: { change: 0.05, name: 'main', value: 20 },
      },
      { metric: 'mean', operator: '<', value: 1000, text: 'mean < 1s' },
    ]);
    const [errors] = limited('errors <= baseline + 1%');
    assert.deepEqual([errors?.value, errors?.baseline?.value], [0.01, 0]);
  });

  it('are not made from a baseline of another workload, and say what differs', () => {
    const [objective] = limited('p95 < baseline', { concurrency: 20, seed: 8 });
    assert.equal(objective?.value, null);
    assert.equal(
      objective?.baseline?.problem,
      'baseline main has a different workload: load concurrency 10 (closed model), now concurrency 20 (closed model); seed 7, now 8',
    );
    const others = { ...input('p95 < baseline'), targets: [targetOf('GET /', 'http://localhost:5000/')] };
    assert.equal(
      withLimits(others, kept(run(10)), 'build-7').plan.objectives[0]?.baseline?.problem,
      'baseline main has a different workload: targets GET http://localhost:5000/tokenizer?output_tokens=3, now GET http://localhost:5000/',
    );
  });

  it('are not made from a number that the baseline does not have, or not reliably', () => {
    const few = { ...input('p99 < baseline', { requests: 50 }) };
    const { plan } = withLimits(few, kept(run(10, 50)), 'build-7');
    assert.deepEqual(plan.objectives[0]?.baseline, {
      change: 0,
      name: 'main',
      problem: 'baseline main has no reliable p99',
    });
    assert.equal(limited('ttft.p95 < baseline')[0]?.baseline?.problem, 'baseline main has no reliable ttft.p95');
  });

  it('name the machine of the baseline if it is another one', () => {
    const { plan } = withLimits(input('p50 < baseline'), kept(run(10)), 'laptop');
    assert.equal(plan.objectives[0]?.baseline?.host, 'build-7');
    assert.equal(plan.objectives[0]?.value, 10);
  });

  it('of a target come from the numbers of that target', () => {
    const targets = [targetOf('fast'), targetOf('slow')];
    const two = recordOf(
      closedLoop(400, 10, (i) => ({ target: i % 2, latencyMs: i % 2 === 0 ? 10 : 40 })),
      { targets },
    );
    const { objectives } = { objectives: parseObjectives('p50 <= baseline + 50%').objectives };
    const asked = { plan: two.plan, targets: targets.map((target) => Object.assign({}, target, { objectives })) };
    assert.ok(needsBaseline(asked));
    const found = withLimits(asked, kept(two), 'build-7').targets.map((target) => target.objectives[0]?.value);
    assert.deepEqual(found, [15, 60]);
  });

  it('that are missing are never met, limit no request, and say so in every report', () => {
    const missing = withLimits(input('p95 < baseline + 5%'), { name: 'main', problem: 'baseline main not found' }, 'x');
    const record = run(10);
    const judged = { ...record, plan: missing.plan, objectives: evaluateRun(missing.plan, [], record) };
    assert.deepEqual(perRequestLimitsMs(missing.plan.objectives), { latencyMs: undefined, others: undefined });
    assert.deepEqual(
      evaluateObjectives(missing.plan.objectives, record).map(({ outcome, actual }) => [outcome, actual]),
      [['not enough data', 10]],
    );
    assert.equal(verdictText(judged), 'Not judged: No limit for p95 < baseline + 5%: baseline main not found.');
    assert.equal(
      unmetOfRun(judged),
      "1 of 1 objective not met: p95 < baseline + 5% isn't judged. No limit for p95 < baseline + 5%: baseline main not found.",
    );
    assert.deepEqual(checksOfRuns([judged])[1], {
      name: 'p95 < baseline + 5%',
      outcome: 'fail',
      message: 'not judged: baseline main not found',
    });
  });
});
