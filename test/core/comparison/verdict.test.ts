import { equal, ok } from 'node:assert/strict';
import { compareKept, comparePairs, type ComparedMetric } from '../../../src/core/comparison/compare-sides.ts';
import { furtherNeeded, judge, smallestFindable } from '../../../src/core/comparison/verdict.ts';

const log = (share: number): number => Math.log1p(share);

describe('verdict against a threshold of 5%', () => {
  it('is based on the whole interval', () => {
    equal(judge([log(0.06), log(0.09)], 0.05, 'lower'), 'worse');
    equal(judge([log(0.06), log(0.09)], 0.05, 'higher'), 'better');
    equal(judge([-log(0.09), -log(0.06)], 0.05, 'lower'), 'better');
    equal(judge([-log(0.04), log(0.04)], 0.05, 'lower'), 'same');
    equal(judge([log(0.01), log(0.04)], 0.05, 'lower'), 'same');
    equal(judge([log(0.01), log(0.09)], 0.05, 'lower'), 'changed');
    equal(judge([-log(0.01), log(0.09)], 0.05, 'lower'), 'inconclusive');
    equal(judge(null, 0.05, 'lower'), 'inconclusive');
  });

  it('reports the smallest detectable change, and what would make it conclusive', () => {
    equal(smallestFindable(null), null);
    ok(Math.abs((smallestFindable([-log(0.03), log(0.03)]) ?? 0) - 0.03) < 1e-9);
    // Half the width is 4%, the effect 3% away from the threshold: (4 / 3)² as many.
    equal(furtherNeeded({ effect: log(0.05) - 0.03, interval: [-0.02, 0.06] }, 9, 0.05), 7);
    equal(furtherNeeded({ effect: log(0.05), interval: [0, 0.1] }, 9, 0.05), null);
  });
});

const metrics: readonly ComparedMetric[] = [
  { name: 'throughput', better: 'higher', decisive: true },
  { name: 'p95', better: 'lower', decisive: true },
  { name: 'mean', better: 'lower', decisive: false },
];
const rules = { threshold: 0.05, level: 0.05 };
/** Values around a center, the same for every call. */
const spread = (center: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => center + (((i * 7) % count) - (count - 1) / 2) * 0.001);

describe('comparison of pairs', () => {
  it('finds the side of each decisive metric, and judges no others', () => {
    const [throughput, p95, mean] = comparePairs(
      metrics,
      [spread(-0.1, 20), spread(0, 20), spread(0.2, 20)],
      40,
      rules,
    );
    equal(throughput?.verdict, 'worse');
    equal(p95?.verdict, 'same');
    equal(mean?.verdict, null);
    ok(Math.abs((throughput?.ratio ?? 0) - Math.exp(-0.1)) < 0.001);
    ok((throughput?.level ?? 1) < 0.05, 'an early look is stricter');
  });

  it('has no verdict between looks', () => {
    equal(comparePairs(metrics, [spread(-0.1, 9), spread(0, 9), []], 40, rules)[0]?.verdict, 'inconclusive');
  });
});

describe('comparison of stored runs', () => {
  it('needs four runs per side for one metric', () => {
    const one = metrics.slice(1, 2);
    equal(compareKept(one, [spread(0, 3)], [spread(0.2, 3)], rules)[0]?.verdict, 'inconclusive');
    equal(compareKept(one, [spread(0, 4)], [spread(0.2, 4)], rules)[0]?.verdict, 'worse');
  });
});
