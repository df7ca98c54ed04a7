import assert from 'node:assert/strict';
import { assert as assertLaw, integer, property } from 'fast-check';
import { seededUnits } from '../../../../src/core/values/pick.ts';
import { criticalDistance, distance, lognormal, normal, uniform } from './distance.ts';
import { drawThinkMs, parseThinkTime, type ThinkTime } from '../../../../src/core/values/llm/think.ts';

describe('think times', () => {
  it('are read', () => {
    const cases: readonly (readonly [string, ThinkTime])[] = [
      ['2s', { kind: 'fixed', tokens: 2_000 }],
      ['1m30s', { kind: 'fixed', tokens: 90_000 }],
      ['0s', { kind: 'fixed', tokens: 0 }],
      ['normal(2s, 500ms)', { kind: 'normal', mean: 2_000, deviation: 500 }],
      ['lognormal( 1.5s ,1s )', { kind: 'lognormal', mean: 1_500, deviation: 1_000 }],
      ['uniform(100ms, 1s)', { kind: 'uniform', from: 100, to: 1_000 }],
      [
        'choice(1s:3, 10s)',
        {
          kind: 'choice',
          choices: [
            { tokens: 1_000, weight: 3 },
            { tokens: 10_000, weight: 1 },
          ],
        },
      ],
    ];
    for (const [text, expected] of cases) assert.deepEqual(parseThinkTime(text), expected, text);
    for (const text of [
      '',
      '2',
      'normal(2, 500)',
      'normal(2s, 500)',
      'normal(2s)',
      'uniform(2s, 1s)',
      '2h',
      'choice(1:3)',
      '#2s',
      '-1s',
    ])
      assert.equal(parseThinkTime(text), undefined, text);
  });

  it('are random around their mean, whole numbers, and never negative', () => {
    assertLaw(
      property(integer({ min: 0, max: 1e6 }), (seed) => {
        const unit = seededUnits(seed);
        const think = parseThinkTime('normal(2s, 500ms)');
        assert.ok(think);
        const drawn = Array.from({ length: 400 }, (_, i) => drawThinkMs(think, (draw) => unit(i * 128 + draw)));
        assert.ok(drawn.every((ms) => Number.isInteger(ms) && ms >= 0));
        // Six standard errors of 25 ms.
        assert.ok(Math.abs(drawn.reduce((sum, ms) => sum + ms, 0) / 400 - 2_000) < 150);
      }),
      { numRuns: 50 },
    );
  });

  it('follow their distributions (Kolmogorov–Smirnov, p = 0.01)', () => {
    const count = 5_000;
    for (const [text, cdf] of [
      ['normal(2s, 500ms)', normal(2_000, 500)],
      ['lognormal(1.5s, 1s)', lognormal(1_500, 1_000)],
      ['uniform(100ms, 1s)', uniform(100, 1_000)],
      ['choice(1s:3, 10s:1)', (ms: number) => (ms < 1_000 ? 0 : ms < 10_000 ? 0.75 : 1)],
    ] as const) {
      const think = parseThinkTime(text);
      assert.ok(think);
      const unit = seededUnits(7);
      const drawn = Array.from({ length: count }, (_, i) => drawThinkMs(think, (draw) => unit(i * 128 + draw)));
      assert.ok(distance(drawn, cdf) < criticalDistance(count), `${text}: ${distance(drawn, cdf)}`);
    }
  });
});
