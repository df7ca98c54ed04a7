import assert from 'node:assert/strict';
import { LoadlensError } from '../../../src/core/errors.ts';
import { parseDurationMs } from '../../../src/core/values/duration.ts';
import { loadModelFor } from '../../../src/core/plan/load/load-models.ts';
import { makePlan, type PlanChoices } from '../../../src/core/plan/plan.ts';

const nothing = { defaults: {}, objectives: [] };

const amount = (choices: PlanChoices, defaults: { requests?: number; durationS?: number }): unknown => {
  const { requests, durationS } = makePlan(choices, { defaults, objectives: [] });
  return [requests, durationS];
};

const model = (choices: PlanChoices) => loadModelFor(makePlan(choices, nothing));

describe('makePlan', () => {
  it('has the defaults of the reference: 10 requests, concurrency 5', () => {
    assert.deepEqual(makePlan({}, nothing), {
      loadModel: 'closed',
      requests: 10,
      durationS: null,
      concurrency: 5,
      seed: 1,
      warmup: 0,
      timeoutMs: 30_000,
      drainMs: 30_000,
      maxRedirects: 0,
      coldStart: false,
      objectives: [],
    });
  });

  it('has each objective once, even if the command line repeats it', () => {
    const slo = { metric: 'p95', operator: '<', value: 1, text: 'p95 < 1ms' } as const;
    const more = { ...slo, value: 2, text: 'p95 < 2ms' };
    const { objectives } = makePlan({}, { defaults: {}, objectives: [slo, more, { ...slo, text: 'p95<1ms' }] });
    assert.deepEqual(objectives, [slo, more]);
  });

  it('lets options override the file, and the file override the defaults', () => {
    const objectives = [{ metric: 'p95', operator: '<', value: 1, text: 'p95 < 1ms' }] as const;
    const defaults = { requests: 500, concurrency: 10, timeoutMs: 5, seed: 7, warmup: 3 };
    const plan = makePlan(
      { concurrency: 20, seed: 0, drainMs: 0, maxRedirects: 5, coldStart: true },
      { defaults, objectives },
    );
    const { requests, concurrency, timeoutMs, seed, warmup, drainMs, maxRedirects, coldStart } = plan;
    assert.deepEqual(
      { requests, concurrency, timeoutMs, seed, warmup, drainMs, maxRedirects, coldStart },
      {
        requests: 500,
        concurrency: 20,
        timeoutMs: 5,
        seed: 0,
        warmup: 3,
        drainMs: 0,
        maxRedirects: 5,
        coldStart: true,
      },
    );
    assert.deepEqual(plan.objectives, objectives);
  });

  it('takes requests and duration from a single source', () => {
    assert.deepEqual(amount({ durationS: 30 }, {}), [null, 30]);
    assert.deepEqual(amount({ durationS: 30 }, { requests: 500 }), [null, 30]);
    assert.deepEqual(amount({ requests: 5 }, { durationS: 30 }), [5, null]);
    assert.deepEqual(amount({ requests: 5, durationS: 1.5 }, {}), [5, 1.5]);
    assert.deepEqual(amount({}, { durationS: 30 }), [null, 30]);
    assert.deepEqual(amount({}, { durationS: 30, requests: 9 }), [9, 30]);
  });

  const bad: readonly (readonly [PlanChoices, RegExp])[] = [
    [{ requests: 0 }, /0 .*requests.*whole number from 1 to 10,000,000/],
    [{ requests: 10_000_001 }, /10000001 .*requests/],
    [{ requests: 1.5 }, /1\.5 .*requests/],
    [{ requests: Number.NaN }, /NaN .*requests/],
    [{ concurrency: 0 }, /concurrency.*from 1 to 10,000\./],
    [{ concurrency: 10_001 }, /concurrency/],
    [{ durationS: 0 }, /duration.*Expected a number from 0\.001 to 86,400 seconds/],
    [{ durationS: Infinity }, /Infinity .*duration/],
    [{ seed: -1 }, /seed.*from 0 to 4,294,967,295/],
    [{ seed: 2 ** 32 }, /seed/],
    [{ warmup: -1 }, /warmup.*from 0 to 1,000,000/],
    [{ timeoutMs: 0 }, /timeout.*Expected a number from 1 to 3,600,000 ms/],
    [{ drainMs: -1 }, /drain/],
    [{ maxRedirects: 21 }, /redirects.*from 0 to 20/],
  ];
  for (const [choices, words] of bad) {
    it(`rejects ${JSON.stringify(choices)}, and names option and range`, () => {
      assert.throws(
        () => makePlan(choices, nothing),
        (error) =>
          error instanceof LoadlensError && error.exitCode === 2 && words.test(`${error.message} ${error.hint}`),
      );
    });
  }

  it('accepts both ends of every range', () => {
    for (const choices of [
      { requests: 1, concurrency: 1, seed: 0, warmup: 0, timeoutMs: 1 },
      { requests: 10_000_000, concurrency: 10_000, seed: 4_294_967_295, warmup: 1_000_000, timeoutMs: 3_600_000 },
    ]) {
      const plan = makePlan(choices, nothing);
      assert.deepEqual({ ...plan, ...choices }, plan);
    }
  });
});

describe('closed model', () => {
  it('sends as soon as a slot is free, up to the number of requests', () => {
    const counted = model({ requests: 3, concurrency: 2 });
    assert.deepEqual([counted.next(0, 0), counted.next(2, 1e9), counted.next(3, 0)], ['now', 'now', 'done']);
  });

  it('sends until the duration ends or the number of requests is reached, whichever is first', () => {
    const timed = model({ durationS: 1.5 });
    assert.deepEqual([timed.next(1e9, 1499.9), timed.next(0, 1500)], ['now', 'done']);
    const both = model({ durationS: 1, requests: 2 });
    assert.deepEqual([both.next(1, 999), both.next(2, 0), both.next(0, 1000)], ['now', 'done', 'done']);
  });
});

describe('parseDurationMs', () => {
  const good = {
    '30s': 30_000,
    '500ms': 500,
    '2m': 120_000,
    '1h': 3_600_000,
    '1.5s': 1500,
    '1m30s': 90_000,
    ' 5s ': 5000,
    '0s': 0,
  };
  for (const [text, ms] of Object.entries(good)) {
    it(`reads ${JSON.stringify(text)}`, () => assert.equal(parseDurationMs(text), ms));
  }
  for (const text of ['', '30', 's', '-1s', '1 s', '1d', '1e3s', '.5s', '1s ago', '1.s', '٣s', `${'9'.repeat(40)}s`]) {
    it(`rejects ${JSON.stringify(text)}`, () => assert.equal(parseDurationMs(text), undefined));
  }
});
