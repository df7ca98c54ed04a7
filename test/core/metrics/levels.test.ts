import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { kneeOf, sweepFigures, type LevelNumbers } from '../../../src/core/metrics/levels.ts';

interface Reference {
  levels: { concurrency: number; requests_per_s: number; tokens_per_s: number; mean_ms: number }[];
  derived: {
    scaling_factor: Record<string, number>;
    efficiency: Record<string, number>;
    trade_off: {
      concurrency: number;
      throughput_gain: number;
      latency_penalty: number;
      ratio: number;
      verdict: string;
    }[];
    recommended_concurrency: number;
  };
}
const reference: Reference = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/gpt2-throughput-results.json', import.meta.url), 'utf8'),
);

const level = (
  concurrency: number,
  throughputPerS: number,
  meanLatencyMs: number,
  more: Partial<LevelNumbers> = {},
) => ({
  concurrency,
  throughputPerS,
  tokensPerS: throughputPerS * 30,
  meanLatencyMs,
  successRatio: 1,
  sloAttainment: null,
  objectives: null,
  totals: null,
  ...more,
});
const two = (value: number | null | undefined): number => Number(value?.toFixed(2));

const met = (concurrency: number, sloAttainment: number | null, objectives: LevelNumbers['objectives']) =>
  level(concurrency, concurrency, 100, { sloAttainment, objectives });

describe('levels', () => {
  it('equal the table of the reference', () => {
    const { levels, recommended, usl } = sweepFigures(
      reference.levels.map((row) =>
        level(row.concurrency, row.requests_per_s, row.mean_ms, { tokensPerS: row.tokens_per_s }),
      ),
    );
    for (const figures of levels) {
      assert.equal(two(figures.scalingFactor), reference.derived.scaling_factor[figures.concurrency]);
      assert.equal(two(figures.efficiency), reference.derived.efficiency[figures.concurrency]);
    }
    for (const row of reference.derived.trade_off) {
      const figures = levels.find(({ concurrency }) => concurrency === row.concurrency);
      assert.equal(two(figures?.throughputGain), row.throughput_gain);
      assert.equal(two(figures?.latencyPenalty), row.latency_penalty);
      assert.equal(figures?.tradeOffRatio?.toFixed(row.ratio === 1.5 ? 1 : 2), String(row.ratio));
      assert.equal(figures?.tradeOff, row.verdict);
    }
    assert.deepEqual(recommended, { concurrency: reference.derived.recommended_concurrency, rule: 'trade-off' });
    assert.equal(usl, null);
  });

  it("have no trade-off ratio if latency didn't rise: any gain is good, none is poor", () => {
    const { levels, recommended } = sweepFigures([level(1, 10, 100), level(2, 21, 95), level(4, 9, 90)]);
    assert.deepEqual(
      levels.map(({ tradeOff, tradeOffRatio }) => [tradeOff, tradeOffRatio]),
      [
        [null, null],
        ['good', null],
        ['poor', null],
      ],
    );
    assert.equal(recommended.concurrency, 2);
  });

  it('recommend concurrency 1 if no trade-off is good, and nothing without level 1', () => {
    assert.equal(sweepFigures([level(1, 10, 100), level(2, 11, 300)]).recommended.concurrency, 1);
    const without = sweepFigures([level(2, 10, 100), level(4, 15, 110)]);
    assert.equal(without.recommended.concurrency, null);
    assert.equal(without.levels[1]?.scalingFactor, null);
  });

  it('never recommend a level that rejects its requests', () => {
    const levels = [level(1, 1, 1000), level(10, 10, 1000), level(20, 10, 1000, { successRatio: 0.02 })];
    assert.equal(sweepFigures(levels).recommended.concurrency, 10);
  });

  it('have no trade-off if fewer than 90% of the requests succeeded, whatever their gain', () => {
    const few = { successRatio: 0.01 };
    const { levels } = sweepFigures([level(1, 10, 100), level(2, 30, 110, few), level(4, 40, 90, few)]);
    assert.deepEqual(
      levels.map(({ tradeOff, tradeOffRatio }) => [tradeOff, tradeOffRatio]),
      [
        [null, null],
        [null, null],
        [null, null],
      ],
    );
    assert.equal(two(levels[1]?.throughputGain), 2);
    // Slow answers are answers: whether they meet the objectives is another matter.
    const slow = sweepFigures([met(1, 1, 'pass'), met(2, 0.2, 'fail')]);
    assert.equal(slow.levels[1]?.tradeOff, 'good');
  });

  it('use objectives for the recommendation if there are any: the highest level with 90% attainment', () => {
    const { recommended } = sweepFigures([met(1, 1, 'pass'), met(4, 0.9, 'fail'), met(8, 0.89, 'fail')]);
    assert.deepEqual(recommended, { concurrency: 4, rule: 'objectives' });
    assert.equal(sweepFigures([met(1, null, 'pass'), met(4, null, 'fail')]).recommended.concurrency, 1);
    assert.equal(sweepFigures([met(1, 0.5, 'fail')]).recommended.concurrency, null);
  });

  it('never recommend a level that violates an objective on totals', () => {
    const levels = [met(1, 1, 'pass'), { ...met(4, 0.92, 'fail'), totals: 'fail' } as const];
    assert.equal(sweepFigures(levels).recommended.concurrency, 1);
  });

  it('have no figures for levels that measured nothing', () => {
    const nothing = { concurrency: 2, throughputPerS: null, tokensPerS: null, meanLatencyMs: null };
    const { levels } = sweepFigures([
      level(1, 10, 100),
      { ...nothing, successRatio: null, sloAttainment: null, objectives: null, totals: null },
    ]);
    assert.deepEqual(levels[1], {
      concurrency: 2,
      scalingFactor: null,
      efficiency: null,
      tokenScalingFactor: null,
      throughputGain: null,
      latencyPenalty: null,
      tradeOffRatio: null,
      tradeOff: null,
      sound: false,
    });
  });
});

describe('the knee', () => {
  it('is where throughput over mean latency is highest', () => {
    // 10 / 100, 19 / 105, 35 / 115, 60 / 190, 62 / 400
    const levels = [level(1, 10, 100), level(2, 19, 105), level(4, 35, 115), level(8, 60, 190), level(16, 62, 400)];
    assert.equal(kneeOf(levels), 8);
    assert.equal(kneeOf([level(1, 1, 1000), level(2, 1, 2000), level(4, 1, 4000)]), 1);
  });

  it("isn't reached if the highest level has the maximum", () => {
    assert.equal(kneeOf([level(1, 3, 340), level(2, 6, 341), level(4, 12, 340)]), null);
  });

  it('needs three different levels with a measurement', () => {
    const nothing = { concurrency: 8, throughputPerS: null, meanLatencyMs: null };
    assert.equal(kneeOf([level(1, 10, 100), level(4, 30, 120), level(4, 31, 120), nothing]), null);
    assert.equal(kneeOf([]), null);
  });
});
