import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { trendOf } from '../../../src/core/metrics/trend.ts';

/** Normal numbers from a seed. */
function normals(seed: number): () => number {
  let state = seed;
  const unit = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
}

/** How often an interval excludes zero over series of noise that remembers a share of what was before. */
function alarms(memory: number, slope: number, runs = 400, n = 30): number {
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const next = normals(run * 7919 + 1);
    let noise = 0;
    const values = Array.from({ length: n }, (_, i) => {
      noise = memory * noise + next();
      return 600 + noise + slope * i;
    });
    const interval = trendOf(values)?.interval95;
    if (interval && (interval[0] > 0 || interval[1] < 0)) count++;
  }
  return count / runs;
}

describe('trend', () => {
  it('is the slope of a line, whatever stands before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -50, max: 50 }), (first, slope) => {
        const trend = trendOf(Array.from({ length: 12 }, (_, i) => first + slope * i));
        assert.ok(trend?.interval95);
        assert.ok(Math.abs(trend.slope - slope) < 1e-9);
        for (const end of trend.interval95) assert.ok(Math.abs(end - slope) < 1e-6);
      }),
    );
  });

  it('has the interval of a textbook for independent noise', () => {
    // y = 1 … 10 with residuals ±0.5: Σe² = 2.5, Σ(x−x̄)² = 82.5, t(8) = 2.306.
    const { slope, interval95 } = trendOf(Array.from({ length: 10 }, (_, i) => i + (i % 2 === 0 ? 0.5 : -0.5)))!;
    const rest = Array.from({ length: 10 }, (_, i) => i + (i % 2 === 0 ? 0.5 : -0.5) - 4.5 - slope * (i - 4.5));
    const error = Math.sqrt(rest.reduce((sum, e) => sum + e * e, 0) / 8 / 82.5);
    assert.ok(Math.abs((interval95![1] - slope) / error - 2.306) < 0.002);
  });

  it('seldom cries wolf, over noise that remembers too, and sees a real slope', () => {
    assert.ok(alarms(0, 0) < 0.08, `independent: ${alarms(0, 0)}`);
    assert.ok(alarms(0.5, 0) < 0.16, `memory 0.5: ${alarms(0.5, 0)}`);
    assert.ok(alarms(0, 0.2) > 0.99);
    assert.ok(alarms(0.5, 0.3) > 0.9, `${alarms(0.5, 0.3)}`);
  });

  it('says nothing of too little', () => {
    assert.equal(trendOf([]), null);
    assert.equal(trendOf([600]), null);
    assert.deepEqual(trendOf([600, 601]), { slope: 1, interval95: null });
    assert.deepEqual(trendOf([600, 600, 600, 600, 600, 600]), { slope: 0, interval95: [0, 0] });
  });
});
