import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { settlingOf, trendOf } from '../../../../src/core/metrics/statistics/trend.ts';

/** Numbers from 0 to 1 by a seed. */
function units(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
}

/** Normal numbers of variance 1 that remember a share of what was before; with all of it, a random walk. */
function noise(unit: () => number, memory: number): () => number {
  let last = 0;
  const fresh = memory < 1 ? Math.sqrt(1 - memory ** 2) : 1;
  return () => (last = memory * last + fresh * Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()));
}

/** The share of series whose growth is surely above `bound`, once they have settled. */
function alarms(seriesOf: (unit: () => number) => readonly number[], bound = 0, of = 1000): number {
  let count = 0;
  for (let run = 0; run < of; run++) {
    const series = seriesOf(units(run * 7919 + 1));
    const [low] = trendOf(series.slice(settlingOf(series)))?.interval95 ?? [-Infinity];
    if (low > bound) count++;
  }
  return count / of;
}

const series = (n: number, at: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => at(i));

describe('trend', () => {
  it('is the slope of a line, whatever precedes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -50, max: 50 }), (first, slope) => {
        const trend = trendOf(series(12, (i) => first + slope * i));
        assert.ok(trend?.interval95);
        assert.ok(Math.abs(trend.slope - slope) < 1e-9);
        for (const end of trend.interval95) assert.ok(Math.abs(end - slope) < 1e-6);
      }),
    );
  });

  it('has the textbook interval of the steps between five blocks', () => {
    // Means 0, 1, 3, 6, 7: steps 1, 2, 3, 1 over blocks of 2 are 0.5, 1, 1.5, 0.5; mean 0.875, s = 0.4787, t(3) = 3.182.
    const { slope, interval95 } = trendOf([-1, 1, 0, 2, 3, 3, 5, 7, 7, 7])!;
    assert.equal(slope, 0.875);
    const half = (3.182446 * Math.sqrt((0.375 ** 2 * 2 + 0.125 ** 2 + 0.625 ** 2) / 3)) / 2;
    assert.ok(Math.abs(interval95![0] - (0.875 - half)) < 1e-12);
    assert.ok(Math.abs(interval95![1] - (0.875 + half)) < 1e-12);
    assert.deepEqual(trendOf([99, 0, 0, 1, 1, 3, 3, 6, 6, 7, 7])?.slope, slope, 'what fills no block is at the start');
  });

  it('has at most the nominal rate of false alarms, however correlated the noise is', () => {
    for (const n of [20, 40]) {
      for (const memory of [0, 0.5, 0.8, 0.95]) {
        const share = alarms((unit) => {
          const next = noise(unit, memory);
          return series(n, () => 600 + next());
        });
        assert.ok(share <= 0.035, `memory ${memory}, ${n} values: ${share}`);
      }
      const walk = alarms((unit) => {
        const next = noise(unit, 1);
        return series(n, () => 600 + next());
      });
      assert.ok(walk <= 0.06, `random walk, ${n} values: ${walk}`);
    }
  });

  it("doesn't mistake steps at the start or fading growth for a leak", () => {
    const steps = alarms((unit) => {
      const next = noise(unit, 0.5);
      let level = 600;
      return series(40, (i) => {
        if (unit() < 0.8 * Math.exp(-i / 8)) level += 3 * unit();
        return level + 0.1 * next();
      });
    }, 0.1);
    assert.ok(steps <= 0.025, `steps: ${steps}`);
    const fading = alarms((unit) => {
      const next = noise(unit, 0.5);
      return series(40, (i) => 600 - 30 * Math.exp(-i / 5) + 0.1 * next());
    }, 0.1);
    assert.ok(fading <= 0.025, `fading: ${fading}`);
  });

  it('finds a leak of 0.5 in noise after steps at the start', () => {
    for (const [what, n, memory, amount] of [
      ['independent', 40, 0, 0.5],
      ['memory', 40, 0.8, 0.5],
      ['steps', 40, 0.5, 0.3],
      ['more noise, longer', 80, 0.8, 1],
    ] as const) {
      const found = alarms((unit) => {
        const next = noise(unit, memory);
        let level = 600;
        return series(n, (i) => {
          if (what === 'steps' && unit() < 0.8 * Math.exp(-i / 5)) level += 3 * unit();
          return level + 0.5 * i + amount * next();
        });
      }, 0.1);
      assert.ok(found >= 0.95, `${what}: ${found}`);
    }
  });

  it('is null with too few values', () => {
    assert.equal(trendOf([]), null);
    assert.equal(trendOf([600, 600, 600, 600]), null);
    assert.deepEqual(trendOf([600, 601, 602, 603, 604]), { slope: 1, interval95: null });
    assert.deepEqual(trendOf(series(10, () => 600)), { slope: 0, interval95: [0, 0] });
  });
});

describe('settlingOf', () => {
  it('ends where the remaining values are stable, after half of them at most', () => {
    assert.equal(settlingOf([]), 0);
    assert.equal(settlingOf([600, 600, 600]), 0);
    assert.equal(settlingOf(series(30, (i) => (i < 7 ? 500 + 10 * i : 600) + (i % 2))), 7);
    assert.equal(settlingOf(series(30, (i) => i)), 15);
  });
});
