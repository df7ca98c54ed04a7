import assert from 'node:assert/strict';
import { assert as assertLaw, integer, nat, property } from 'fast-check';
import { drawLength, parseLengths, parseSharedPrefix, type Lengths } from '../../../../src/core/values/llm/lengths.ts';
import { seededUnits } from '../../../../src/core/values/pick.ts';
import { criticalDistance, distance, lognormal, normal, uniform } from './distance.ts';

const count = 20_000;

function drawn(text: string, seed = 1): number[] {
  const lengths = parseLengths(text);
  assert.ok(lengths);
  const unit = seededUnits(seed);
  return Array.from({ length: count }, (_, i) => drawLength(lengths, (draw) => unit(i * 128 + draw)));
}

const critical = criticalDistance(count);
const choice = (n: number): number => (n < 128 ? 0 : n < 1024 ? 0.75 : 1);

describe('token lengths', () => {
  it('are parsed', () => {
    const cases: readonly (readonly [string, Lengths])[] = [
      ['512', { kind: 'fixed', tokens: 512 }],
      ['normal(512, 128)', { kind: 'normal', mean: 512, deviation: 128 }],
      ['lognormal( 512.5 ,64 )', { kind: 'lognormal', mean: 512.5, deviation: 64 }],
      ['uniform(1, 1024)', { kind: 'uniform', from: 1, to: 1024 }],
      [
        'choice(128:3, 1024:1, 7)',
        {
          kind: 'choice',
          choices: [
            { tokens: 128, weight: 3 },
            { tokens: 1024, weight: 1 },
            { tokens: 7, weight: 1 },
          ],
        },
      ],
    ];
    for (const [text, lengths] of cases) assert.deepEqual(parseLengths(text), lengths, text);
  });

  it('are rejected in any other form', () => {
    const wrong = ['', '0', '-1', '1.5', '10000001', 'normal(512)', 'normal(0, 1)', 'normal(1, 2, 3)', 'normal(a, 1)'];
    const more = [
      'uniform(9, 1)',
      'choice()',
      'choice(1:0)',
      'choice(1:2:3)',
      'gamma(1, 2)',
      'normal(5, 1',
      '5 tokens',
    ];
    for (const text of [...wrong, ...more]) assert.equal(parseLengths(text), undefined, text);
  });

  it('follow their distributions (Kolmogorov–Smirnov, p = 0.01)', () => {
    assert.ok(distance(drawn('normal(512, 128)'), normal(512, 128)) < critical);
    // A fifth of this one lies below 0.5 and is drawn again.
    assert.ok(distance(drawn('normal(50, 60)'), normal(50, 60)) < critical);
    assert.ok(distance(drawn('lognormal(300, 200)'), lognormal(300, 200)) < critical);
    assert.ok(distance(drawn('uniform(100, 500)'), uniform(100, 500)) < critical);
    assert.ok(distance(drawn('choice(128:3, 1024:1)'), choice) < critical);
    // The test tells a wrong distribution.
    assert.ok(distance(drawn('normal(512, 128)'), normal(520, 128)) > critical);
  });

  it('have the specified mean and deviation for lognormal', () => {
    const values = drawn('lognormal(300, 200)');
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    assert.ok(Math.abs(mean - 300) < 5, `${mean}`);
    assert.ok(Math.abs(deviation - 200) < 15, `${deviation}`);
  });

  it('are integers from 1 to the limit', () => {
    const number = integer({ min: 1, max: 10_000_000 });
    assertLaw(
      property(number, integer({ min: 0, max: 10_000_000 }), nat(), (mean, deviation, seed) => {
        for (const kind of ['normal', 'lognormal']) {
          const lengths = parseLengths(`${kind}(${mean}, ${deviation})`);
          assert.ok(lengths);
          const length = drawLength(lengths, seededUnits(seed));
          assert.ok(Number.isInteger(length) && length >= 1 && length <= 10_000_000);
        }
      }),
    );
  });

  it('of a shared prefix have tokens and a number of prefixes', () => {
    assert.deepEqual(parseSharedPrefix('256 of 10'), { tokens: 256, of: 10 });
    assert.deepEqual(parseSharedPrefix('256'), { tokens: 256, of: 1 });
    for (const text of ['', '0', '256 of 0', '256 of', 'of 10', '256, 10']) {
      assert.equal(parseSharedPrefix(text), undefined, text);
    }
  });
});
