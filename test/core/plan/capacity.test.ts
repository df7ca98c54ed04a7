import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  nextConcurrency,
  requestsToJudge,
  trialOutcome,
  type LevelTrial,
  type TrialOutcome,
} from '../../../src/core/plan/capacity.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { sampleOf } from '../metrics/samples.ts';
import { closedLoop, recordOf } from '../record/fixtures.ts';

/** Searches a server that answers for itself, and gives up after 100 runs. */
function search(outcome: (concurrency: number, run: number) => TrialOutcome, first = 1, last = 256) {
  const trials: LevelTrial[] = [];
  const reasons: string[] = [];
  for (let run = 0; run < 100; run++) {
    const step = nextConcurrency(trials, [first, last]);
    if (step.kind === 'done') return { ...step.result, tried: trials.map(({ level }) => level), reasons };
    trials.push({ level: step.level, outcome: outcome(step.level, run) });
    reasons.push(step.reason);
  }
  throw new Error('The search does not end.');
}
const holds =
  (capacity: number) =>
  (concurrency: number): TrialOutcome =>
    concurrency <= capacity ? 'pass' : 'fail';

/** Holds 6, but for the runs that say otherwise at 6 itself. */
const sixIs =
  (wrong: (run: number) => boolean, said: TrialOutcome = 'fail') =>
  (concurrency: number, run: number): TrialOutcome =>
    concurrency === 6 && wrong(run) ? said : holds(6)(concurrency);

/** One in `every` requests succeeds; the server refuses the others. */
const refusing = (every: number) =>
  recordOf(
    closedLoop(400, 4, (index) => ({
      latencyMs: 100,
      status: index % every === 0 ? 200 : 429,
      success: index % every === 0,
    })),
  );

const outcomeOf = (every: number, text: string): TrialOutcome =>
  trialOutcome(parseObjectives(text).objectives, refusing(every));

describe('capacity search', () => {
  it('doubles, bisects, and repeats the two levels at the boundary', () => {
    const { tried, reasons, ...result } = search(holds(6));
    assert.deepEqual(result, { capacity: 6, firstFailing: 7, sure: true });
    assert.deepEqual(tried, [1, 2, 4, 8, 6, 7, 6, 7]);
    assert.deepEqual(reasons, ['start', 'higher', 'higher', 'higher', 'between', 'between', 'confirm', 'confirm']);
  });

  it('finds any capacity within 5%, in few runs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 0, max: 300 }), (last, truth) => {
        const { capacity, firstFailing, sure, tried } = search(holds(truth), 1, last);
        assert.equal(sure, true);
        assert.ok(tried.length <= 2 * Math.ceil(Math.log2(last + 1)) + 4, `${tried.length} runs`);
        if (truth === 0) assert.deepEqual([capacity, firstFailing], [null, 1]);
        else if (truth >= last) assert.deepEqual([capacity, firstFailing], [last, null]);
        else {
          assert.ok(capacity !== null && firstFailing !== null && capacity <= truth && firstFailing > truth);
          assert.ok(firstFailing - capacity <= Math.max(1, Math.floor(capacity * 0.05)));
        }
      }),
    );
  });

  it('lets a third run decide if two disagree, and is then unconfirmed', () => {
    const one = search(sixIs((run) => run > 5));
    assert.deepEqual([one.capacity, one.firstFailing], [5, 6]);
    assert.equal(one.tried.filter((level) => level === 6).length, 3);
    const two = search(sixIs((run) => run === 4));
    assert.deepEqual([two.capacity, two.firstFailing, two.sure], [6, 7, false]);
  });

  it('fails an undecided level after a second run', () => {
    const { capacity, firstFailing, sure, tried } = search(sixIs(() => true, 'undecided'));
    assert.deepEqual([capacity, firstFailing, sure], [5, 6, false]);
    assert.equal(tried.filter((level) => level === 6).length, 2);
  });

  it('ends for any behavior of the server', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<TrialOutcome>('pass', 'fail', 'undecided'), { minLength: 100 }), (said) => {
        const { capacity, firstFailing } = search((_, run) => said[run]!);
        if (capacity !== null && firstFailing !== null) assert.ok(capacity < firstFailing);
      }),
    );
  });
});

const needed = (text: string): number => requestsToJudge(parseObjectives(text).objectives);

/** A run of 100 requests, some of which attained the objectives. */
const of100 = (attained: number) => ({
  ...recordOf(closedLoop(100, 4, () => ({ latencyMs: 100 }))),
  sloAttainment: attained,
});

describe('the verdict on a level', () => {
  it('judges the share of requests within the limits by its interval', () => {
    const { objectives } = parseObjectives('attainment >= 90%');
    // Wilson's intervals of 99, 92, and 80 of 100.
    assert.deepEqual(
      [0.99, 0.92, 0.8].map((share) => trialOutcome(objectives, of100(share))),
      ['pass', 'undecided', 'fail'],
    );
    assert.equal(requestsToJudge(parseObjectives('attainment >= 99%').objectives), 381);
    assert.equal(requestsToJudge(parseObjectives('errors < 1%').objectives), 381);
  });

  const record = recordOf(closedLoop(100, 4, (index) => ({ latencyMs: 100 + index })));
  const said = (text: string) => trialOutcome(parseObjectives(text).objectives, record);
  const [low, high] = record.latencyMs.interval95.p95!;

  it('passes by its interval, not by its value', () => {
    assert.ok(low < 195 && 195 < high);
    assert.equal(said(`p95 < ${Math.ceil(high) + 1}ms`), 'pass');
    assert.equal(said('p95 < 195.5ms'), 'undecided');
    assert.equal(said(`p95 < ${Math.floor(low)}ms`), 'fail');
    assert.equal(said(`p95 >= ${Math.floor(low)}ms`), 'pass');
  });

  it('is undecided with too few requests, and if nothing was measured', () => {
    assert.equal(said('p99 < 10s'), 'undecided');
    const nothing = recordOf([]);
    for (const text of ['p95 < 1s', 'errors < 1%', 'mean < 1s', 'max < 1s', 'throughput > 1/s']) {
      assert.equal(trialOutcome(parseObjectives(text).objectives, nothing), 'undecided', text);
    }
  });

  it('uses the intervals of error shares and means', () => {
    assert.equal(said('errors < 10%'), 'pass');
    assert.equal(said('errors < 1%'), 'undecided', 'no failure in 100 does not prove 1 %');
    assert.equal(said('mean < 160ms'), 'pass');
    assert.equal(said('mean < 150ms'), 'undecided');
    assert.equal(said('mean < 140ms'), 'fail');
  });

  it('is the worst of several objectives', () => {
    assert.equal(said('mean < 160ms, p95 < 195.5ms'), 'undecided');
    assert.equal(said('p95 < 195.5ms, mean < 140ms'), 'fail');
    assert.equal(said('max < 200ms, throughput > 1/s'), 'pass');
  });

  it('distinguishes response time from latency', () => {
    const late = recordOf(
      Array.from({ length: 100 }, (_, index) => sampleOf(100, { sentMs: index * 100, scheduledMs: index * 100 - 50 })),
    );
    const outcomes = ['p95', 'response.p95', 'response.mean', 'response.max'].map((metric) =>
      trialOutcome(parseObjectives(`${metric} < 120ms`).objectives, late),
    );
    assert.deepEqual(outcomes, ['pass', 'fail', 'fail', 'fail']);
    assert.equal(trialOutcome(parseObjectives('response.p95 < 151ms').objectives, late), 'pass');
  });

  it("doesn't let a level hold at which most requests are refused, however fast", () => {
    assert.equal(outcomeOf(4, 'p95 < 500ms'), 'fail');
    assert.equal(outcomeOf(4, 'throughput > 1'), 'fail');
    assert.equal(outcomeOf(1, 'p95 < 500ms'), 'pass');
    // An objective on errors says what is allowed.
    assert.equal(outcomeOf(4, 'p95 < 500ms, errors < 90%'), 'pass');
  });

  it('requires the number of requests that its objectives need', () => {
    assert.deepEqual(
      ['p95 < 2s', 'response.p99 < 2s', 'p50 < 2s', 'mean < 1s', 'errors < 1%', 'p95 < 2s, errors < 1%'].map(needed),
      [118, 598, 60, 60, 381, 381],
    );
    const flawless = recordOf(closedLoop(381, 4, () => ({ latencyMs: 100 })));
    assert.equal(trialOutcome(parseObjectives('errors < 1%').objectives, flawless), 'pass');
  });
});
