import assert from 'node:assert/strict';
import { makeSearchPlan, searchedPlan } from '../../src/core/plan/capacity-search.ts';
import { makeRateSweepPlan } from '../../src/core/plan/rates/rate-sweep.ts';
import { isSweep } from '../../src/core/report/formats/results.ts';
import { parseObjectives } from '../../src/core/values/objectives.ts';
import { followTask, type Follower } from '../../src/extension/services/runs/follow.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { lawful, levelRecord } from '../core/record/sweep-fixtures.ts';
import { runInput } from '../support/run-input.ts';

const { plan: _, ...input } = runInput(['http://127.0.0.1:1/'], {});
const crash = { status: 'crashed', stopReason: 'The window was closed.' } as const;

/** The state of a sweep or search. */
function stateOf(follower: Follower) {
  const state = follower.state();
  assert.ok(state.kind === 'sweepRunning');
  return state;
}

describe('following a sweep over arrival rates', () => {
  const { levels, coolDownMs } = makeRateSweepPlan(
    { rates: [10, 20, 40, 80, Infinity], durationS: 1 },
    { defaults: {}, objectives: [] },
  );
  const ended = (at: number, overSaturated: boolean): RunRecord => ({
    ...levelRecord(1, lawful(1)),
    plan: levels[at]!,
    saturation: { overSaturated, fromMs: 0, toMs: 1, duePerS: 1, answeredPerS: 1, growth: 0, leastGrowth: 0 },
  });

  it('knows which rates are skipped, while it runs and in what remains of it', () => {
    const follower = followTask({ type: 'sweep', input: { ...input, plan: { levels, coolDownMs } } });
    follower.hear({ type: 'levelEnded', record: ended(0, false) });
    assert.deepEqual(stateOf(follower).skipped, []);
    follower.hear({ type: 'levelEnded', record: ended(1, true) });
    follower.hear({ type: 'levelSnapshot', level: 4, snapshot: null });
    const state = stateOf(follower);
    assert.deepEqual([state.skipped, state.current, state.plan], [[40, 80], 4, levels[4]]);
    assert.deepEqual(state.rates, [10, 20, 40, 80, null]);
    const rest = follower.salvage(crash);
    assert.ok(rest !== undefined && isSweep(rest));
    assert.deepEqual(rest.rates, { planned: [10, 20, 40, 80, null], skipped: [40, 80] });
  });
});

describe('following a capacity search', () => {
  const { objectives } = parseObjectives('p95 < 160ms');
  const plan = makeSearchPlan({ by: 'concurrency', objectives, range: [1, 256] }, {}, { defaults: {} });
  const run = (level: number): RunRecord => ({
    ...levelRecord(level, lawful(level), { count: 400 }),
    plan: searchedPlan(plan, level),
  });

  it('shows the next level and its reason as soon as a run ends', () => {
    const follower = followTask({ type: 'search', input: { ...input, plan } });
    assert.deepEqual(stateOf(follower).search, {
      wanted: 'Highest concurrency that meets p95 < 160ms; range 1 to 256',
      reason: 'The search starts at concurrency 1. Expected: about 12 runs of at least 118 requests.',
      tried: '',
    });
    for (const level of [1, 2, 4, 8]) follower.hear({ type: 'levelEnded', record: run(level) });
    const { search, plan: next, current, levels, rates } = stateOf(follower);
    assert.deepEqual(search, {
      wanted: 'Highest concurrency that meets p95 < 160ms; range 1 to 256',
      reason: 'Concurrency 4 passed and 8 failed, so the search tries the middle.',
      tried: '1 passed, 2 passed, 4 passed, 8 failed',
    });
    assert.deepEqual([next?.concurrency, current, levels, rates], [6, 4, [], undefined]);
  });

  it('leaves its runs as a search, or the first run alone', () => {
    const follower = followTask({ type: 'search', input: { ...input, plan } });
    assert.equal(follower.salvage(crash), undefined);
    follower.hear({ type: 'partial', record: run(1) });
    assert.equal(follower.salvage(crash)?.schema, run(1).schema);
    follower.hear({ type: 'levelEnded', record: run(1) });
    follower.hear({ type: 'partial', record: run(2) });
    const rest = follower.salvage(crash);
    assert.ok(rest !== undefined && isSweep(rest));
    assert.deepEqual([rest.status, rest.search?.capacity, rest.search?.sure], ['crashed', 1, false]);
    assert.equal(rest.unfinished?.plan.concurrency, 2);
  });

  it('tries by rate all requests at once first', () => {
    const byRate = makeSearchPlan({ by: 'rate', objectives, range: [0.01, 64] }, {}, { defaults: {} });
    const state = stateOf(followTask({ type: 'search', input: { ...input, plan: byRate } }));
    assert.deepEqual([state.rates, state.plan?.atOnce], [[], true]);
  });
});
