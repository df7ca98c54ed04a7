import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { LoadlensError } from '../../../../src/core/errors.ts';
import { withArrivalDraw } from '../../../../src/core/plan/load/arrivals.ts';
import { loadModelFor } from '../../../../src/core/plan/load/load-models.ts';
import { choicesOfPlan, makePlan, type PlanChoices } from '../../../../src/core/plan/plan.ts';
import { arrivalTime, parseStages, peakRatePerS } from '../../../../src/core/values/stages.ts';
import type { RunPlan } from '../../../../src/core/plan/types.ts';
import type { Stage } from '../../../../src/core/vocabulary.ts';
import { loadText } from '../../../../src/core/report/words/load-words.ts';

const nothing = { defaults: {}, objectives: [] };
const planOf = (choices: PlanChoices): RunPlan => makePlan(choices, nothing);

/** When each request of a plan is due, ms; at most `most`. */
function due(plan: RunPlan, most = 100_000): number[] {
  const model = loadModelFor(plan);
  const times: number[] = [];
  for (let index = 0; index < most; index += 1) {
    const when = model.next(index, 0);
    if (when === 'done') break;
    times.push(Number(when));
  }
  return times;
}

describe('open model', () => {
  it('has equal gaps at a constant rate, and sends the first request immediately', () => {
    assert.deepEqual(due(planOf({ ratePerS: 200, requests: 5 })), [0, 5, 10, 15, 20]);
  });

  it('sends the requests scheduled before the end: rate times duration', () => {
    assert.equal(due(planOf({ ratePerS: 200, durationS: 3 })).length, 600);
    assert.equal(due(planOf({ ratePerS: 200, durationS: 3, requests: 50 })).length, 50);
    assert.equal(planOf({ ratePerS: 200 }).durationS, 10);
  });

  it('holds and ramps by stages, with as many requests as the area below the rate', () => {
    const stages = parseStages('2s:50, 4s:50..150, 1s:0') ?? [];
    const plan = planOf({ stages });
    assert.equal(plan.durationS, 7);
    const times = due(plan);
    assert.equal(times.length, 100 + 400);
    assert.equal(times.filter((ms) => ms < 2_000).length, 100);
    // Half-way through the ramp the rate is 100/s: 50·2 + 25·2²/2 = 150 requests.
    assert.equal(times.filter((ms) => ms >= 2_000 && ms < 4_000).length, 150);
    assert.equal(peakRatePerS(stages), 150);
  });

  it('starts a ramp from zero slowly, and ends one to zero', () => {
    const up = due(planOf({ stages: parseStages('2s:0..10') ?? [] }));
    assert.deepEqual(
      up.map((ms) => Math.round(ms)),
      [0, 632, 894, 1095, 1265, 1414, 1549, 1673, 1789, 1897],
    );
    const down = due(planOf({ stages: parseStages('2s:10..0') ?? [] }));
    assert.equal(down.length, 10);
    assert.ok((down.at(-1) ?? 0) < 2_000);
  });

  it('has scheduled times that never decrease and match the area below the rate, for any stages', () => {
    const rate = fc.double({ min: 0, max: 1_000, noNaN: true });
    const stage = fc.record({
      fromPerS: rate,
      toPerS: rate,
      durationS: fc.double({ min: 0.01, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(5_000)), (stages, counts) => {
        const at = arrivalTime(stages);
        const sorted = counts.toSorted((a, b) => a - b);
        let before = 0;
        for (const count of sorted) {
          const ms = at(count);
          assert.ok(ms >= before);
          before = ms;
          if (ms === Infinity) assert.ok(area(stages, 1e9) <= count + 1e-6);
          else assert.ok(Math.abs(area(stages, ms / 1_000) - count) <= 1e-6 * Math.max(1, count));
        }
        // Any order gives the same.
        for (const count of sorted.toReversed()) assert.equal(at(count), arrivalTime(stages)(count));
      }),
    );
  });

  it('has Poisson arrivals that the seed determines, in any order of calls', () => {
    const plan = planOf({ ratePerS: 100, arrivals: 'poisson', requests: 2_000, seed: 3 });
    const times = due(plan);
    const model = loadModelFor(plan);
    for (const index of [1_999, 5, 0, 700]) assert.equal(model.next(index, 0), times[index]);
    assert.notDeepEqual(times, due({ ...plan, seed: 4 }));
  });

  it('has other random arrivals in each run of a series, and the same constant ones', () => {
    const plan = planOf({ ratePerS: 100, arrivals: 'poisson', requests: 200, seed: 3 });
    const draws = [0, 1, 2].map((draw) => due(withArrivalDraw(plan, draw)));
    assert.deepEqual(draws[0], due(plan));
    assert.equal(new Set(draws.map(String)).size, 3);
    const constant = planOf({ ratePerS: 100, requests: 200 });
    assert.equal(withArrivalDraw(constant, 1), constant);
  });

  it('has exponential Poisson gaps: mean equals spread, and counts in windows vary as much as their mean', () => {
    const times = due(planOf({ ratePerS: 100, arrivals: 'poisson', requests: 50_000 }));
    const gaps = times.map((ms, i) => ms - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // Four standard errors of either estimate.
    assert.ok(Math.abs(mean - 10) < 4 * (10 / Math.sqrt(50_000)));
    assert.ok(Math.abs(spread - 10) < 4 * ((10 * Math.SQRT2) / Math.sqrt(50_000)));
    const windows = Array.from({ length: 400 }, () => 0);
    for (const ms of times) {
      const window = Math.floor(ms / 1_000);
      if (window < windows.length) windows[window] = (windows[window] ?? 0) + 1;
    }
    const perWindow = windows.reduce((sum, n) => sum + n, 0) / windows.length;
    const variance = windows.reduce((sum, n) => sum + (n - perWindow) ** 2, 0) / windows.length;
    assert.ok(variance / perWindow > 0.7 && variance / perWindow < 1.4);
  });

  it('repeats a plan with a rate unchanged', () => {
    const plans = [
      planOf({ ratePerS: 20, maxInFlight: 7, arrivals: 'poisson' }),
      planOf({ stages: parseStages('2s:50, 4s:50..150') ?? [], requests: 9 }),
      planOf({ concurrency: 3, requests: 2 }),
      planOf({ ratePerS: 'inf', requests: 9, maxInFlight: 4 }),
    ];
    for (const plan of plans) assert.deepEqual(makePlan(choicesOfPlan(plan), nothing), plan);
  });

  it('repeats a plan of an older record, which has the maximum in flight only as concurrency', () => {
    const { maxInFlight, ...older } = planOf({ ratePerS: 20, maxInFlight: 7 });
    assert.deepEqual([older.concurrency, choicesOfPlan(older).maxInFlight], [7, maxInFlight]);
    assert.match(loadText(older), /max in flight 7 /);
    assert.match(loadText({ ...older, maxInFlight: 8 }), /max in flight 8 /);
  });

  it('takes the load from a single source', () => {
    const file = { defaults: { ratePerS: 5, concurrency: 4, requests: 20 }, objectives: [] };
    const open = makePlan({}, file);
    assert.deepEqual([open.loadModel, open.requests, open.concurrency], ['open', 20, 1_000]);
    assert.equal(open.maxInFlight, 1_000);
    const closed = makePlan({ concurrency: 2 }, file);
    assert.deepEqual([closed.loadModel, closed.concurrency, closed.stages], ['closed', 2, undefined]);
    const staged = makePlan({ stages: parseStages('3s:5') ?? [] }, file);
    assert.deepEqual([staged.requests, staged.durationS], [null, 3]);
  });

  it('schedules all requests at the start for an infinite rate', () => {
    const plan = planOf({ ratePerS: 'inf', requests: 4, maxInFlight: 2 });
    assert.deepEqual(due(plan), [0, 0, 0, 0]);
    assert.deepEqual(
      [plan.loadModel, plan.atOnce, plan.maxInFlight, plan.durationS, plan.stages, plan.arrivals],
      ['open', true, 2, null, undefined, undefined],
    );
    assert.equal(planOf({ ratePerS: 'inf' }).requests, 10);
    assert.match(loadText(plan), /^infinite rate, max in flight 2 /);
  });

  it('rejects an infinite rate with a duration or a precision, because neither could end it', () => {
    assert.throws(() => planOf({ ratePerS: 'inf', durationS: 3 }), /infinite rate/);
    const until = { metric: 'p95', share: 0.05, text: 'p95 ±5%' };
    assert.throws(() => planOf({ ratePerS: 'inf', requests: 100, until }), /infinite rate/);
  });

  it('rejects a rate together with stages', () => {
    assert.throws(() => planOf({ ratePerS: 1, stages: parseStages('1s:1') ?? [] }), LoadlensError);
    assert.throws(() => planOf({ ratePerS: 0 }), LoadlensError);
  });
});

describe('parseStages', () => {
  it('reads times with rates', () => {
    assert.deepEqual(parseStages('30s:50,1m: 50 .. 200.5'), [
      { fromPerS: 50, toPerS: 50, durationS: 30 },
      { fromPerS: 50, toPerS: 200.5, durationS: 60 },
    ]);
  });

  for (const text of [
    '',
    '50',
    '30s',
    '30s:',
    '30:50',
    '30s:50,',
    '30s:-1',
    '30s:0',
    '30s:50..',
    '0s:5',
    '1s:2000000',
  ]) {
    it(`is undefined for ${JSON.stringify(text)}`, () => assert.equal(parseStages(text), undefined));
  }
});

/** Requests expected in the first seconds: the area below the rate. */
function area(stages: readonly Stage[], untilS: number): number {
  let sum = 0;
  let left = untilS;
  for (const { fromPerS, toPerS, durationS } of stages) {
    const lasts = durationS ?? Infinity;
    const spent = Math.min(left, lasts);
    sum += fromPerS * spent + ((toPerS - fromPerS) * spent * spent) / (2 * lasts);
    left -= spent;
  }
  return sum;
}
