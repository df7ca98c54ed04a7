import assert from 'node:assert/strict';
import { makeSearchPlan, type SearchChoices } from '../../../src/core/plan/capacity-search.ts';
import { requestsToJudge } from '../../../src/core/plan/capacity.ts';
import type { PlanChoices } from '../../../src/core/plan/plan.ts';
import { makeRateSweepPlan } from '../../../src/core/plan/rates/rate-sweep.ts';
import { makeSweepPlan } from '../../../src/core/plan/sweep.ts';
import { tooFewRequests } from '../../../src/core/record/sweeps/enough-requests.ts';
import { searchSentences } from '../../../src/core/record/sweeps/search-sentences.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { levelRecord, sweepOf } from './sweep-fixtures.ts';

const fileOf = (slo: string) => ({ defaults: {}, objectives: parseObjectives(slo).objectives });

/** What a sweep says before it sends. */
const ofLevels = (slo: string, choices: PlanChoices, levels: readonly number[] = [1, 64]): string[] =>
  tooFewRequests(makeSweepPlan({ ...choices, levels }, fileOf(slo)));

const ofRates = (slo: string, choices: PlanChoices, rates: readonly number[] = [2, 40, Infinity]): string[] =>
  tooFewRequests(makeRateSweepPlan({ ...choices, rates }, fileOf(slo)));

const ofSearch = (slo: string, choices: PlanChoices, by: SearchChoices['by'] = 'concurrency'): string[] =>
  tooFewRequests(makeSearchPlan({ by, objectives: fileOf(slo).objectives, range: [1, 256] }, choices, fileOf('')));

describe('a sweep or search with too few requests to judge', () => {
  it('names the levels and how many they need before it sends, as its result does', () => {
    const slo = 'p99 < 2s, errors < 1%';
    const text = 'Not enough requests to judge concurrency 1, 64: p99 needs 299 per level.';
    assert.deepEqual(ofLevels(slo, { requests: 64 }), [text]);
    const levels = [1, 64].map((level) => levelRecord(level, () => ({ latencyMs: 100 }), { slo, count: 64 }));
    assert.ok(sweepOf(levels).capacity.includes(text));
    // By default, 10 requests per slot, and at least 60.
    assert.deepEqual(ofLevels('p99 < 2s', {}), [
      'Not enough requests to judge concurrency 1: p99 needs 299 per level.',
    ]);
    assert.deepEqual(ofLevels('p95 < 2s', {}), []);
    assert.deepEqual(ofLevels('p99 < 2s', { requests: 299 }), []);
  });

  it('counts the requests of a rate by its duration', () => {
    assert.deepEqual(ofRates('p99 < 2s', {}), ['Not enough requests to judge 2/s: p99 needs 299 per level.']);
    assert.deepEqual(ofRates('p99 < 2s', { durationS: 5 }), [
      'Not enough requests to judge 2/s, 40/s: p99 needs 299 per level.',
    ]);
    assert.deepEqual(ofRates('p99 < 2s', {}, [Infinity]), [
      'Not enough requests to judge an infinite rate: p99 needs 299 per level.',
    ]);
    assert.deepEqual(ofRates('p95 < 2s', { requests: 60 }), []);
  });

  it('says nothing if only the run shows the number of values', () => {
    assert.deepEqual(ofLevels('p99 < 2s', { durationS: 1 }), []);
    assert.deepEqual(ofSearch('p99 < 2s', { durationS: 1 }), []);
    // Each response has many gaps between chunks.
    assert.deepEqual(ofLevels('icl.p99 < 50ms', { requests: 64 }), []);
    assert.deepEqual(ofSearch('icl.p99 < 50ms', { requests: 60 }), []);
    assert.deepEqual(ofLevels('p99 < baseline', { requests: 64 }), []);
    assert.deepEqual(ofLevels('', { requests: 64 }), []);
  });

  it('needs more for a search, which judges by intervals', () => {
    assert.deepEqual(ofSearch('p99 < 2s, errors < 1%', { requests: 60 }), [
      'Not enough requests to confirm a level: p99 needs 299, errors < 1% needs 381 per run.',
    ]);
    // Without an objective on errors, 90% of the requests must succeed.
    assert.deepEqual(ofSearch('p50 < 2s', { requests: 20 }), [
      'Not enough requests to confirm a level: errors <= 10% needs 35 per run.',
    ]);
    for (const slo of ['p99 < 2s', 'p95 < 1s, errors < 1%', 'attainment >= 99%']) {
      assert.deepEqual(ofSearch(slo, {}), [], slo);
      assert.deepEqual(ofSearch(slo, { requests: requestsToJudge(fileOf(slo).objectives) }), [], slo);
    }
    assert.deepEqual(ofSearch('errors <= 0%, p95 < 2s', {}), ['No number of requests confirms errors <= 0%.']);
    // The result says it as well.
    const slo = 'p99 < 2s';
    const [found] = searchSentences([levelRecord(1, () => ({ latencyMs: 100 }), { slo, count: 60 })], {
      by: 'concurrency',
      objectives: fileOf(slo).objectives,
      range: [1, 256],
      trials: [{ level: 1, outcome: 'undecided' }],
      capacity: null,
      firstFailing: 1,
      sure: false,
    });
    assert.equal(
      found,
      'Not confirmed to meet p99 < 2s even at concurrency 1. Not enough requests to confirm a level: p99 needs 299 per run.',
    );
  });

  it('of a search by rate has its duration at the highest rate at most', () => {
    const text = 'Not enough requests to confirm a level: p99.9 needs 2,995 per run.';
    assert.deepEqual(ofSearch('p99.9 < 2s', { durationS: 11 }, 'rate'), [text]);
    assert.deepEqual(ofSearch('p99.9 < 2s', { durationS: 12 }, 'rate'), []);
    assert.deepEqual(ofSearch('p99.9 < 2s', { requests: 100 }, 'rate'), [text]);
    assert.deepEqual(ofSearch('p99.9 < 2s', {}, 'rate'), []);
  });
});
