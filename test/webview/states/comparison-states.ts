import type { ComparedMetricName } from '../../../src/core/record/comparisons/compared-metrics.ts';
import type { ComparisonSlice } from '../../../src/core/record/comparisons/comparison.ts';
import type { PanelState } from '../../../src/panel-protocol.ts';
import { comparisonOf, keptOf, sliceWith, slicesOf } from '../../core/record/comparison-fixtures.ts';

/** Slices of a stream server whose machine slows down by 0.3% a slice. */
const drifting = (count: number, factor: number): ComparisonSlice[] =>
  Array.from({ length: count }, (_, i) => {
    const slower = factor * (1 + 0.003 * i) * (1 + (((i * 7 + Math.round(factor * 100)) % 11) - 5) * 0.004);
    const values: Partial<Record<ComparedMetricName, number>> = {
      throughput: 42 / slower,
      p50: 188 * slower,
      mean: 196 * slower,
      p90: 240 * slower,
      p95: 262 * slower * slower,
      p99: 310 * slower,
      ttft: 48 * slower,
      tpot: 8.2 * slower,
      tokens: 1_240 / slower,
    };
    return sliceWith(values, {
      requestsSent: 84,
      responses: 84,
      successes: i === 3 ? 82 : 84,
      ...(i === 5 && { bound: 'machine' }),
    });
  });

/** A comparison in progress with this many complete pairs. */
export const comparingAt = (pairs: number): Extract<PanelState, { readonly kind: 'comparing' }> => {
  const record = comparisonOf(drifting(pairs, 1), drifting(pairs, 1.03), {
    status: 'crashed',
    rules: { threshold: 0.05, level: 0.05 },
    pairs: { planned: 40, order: Array.from({ length: pairs }, (_, i) => (i % 3 === 1 ? 'b' : 'a')) },
  });
  return {
    kind: 'comparing',
    name: 'endpoints.txt',
    plan: record.plan,
    sides: { a: 'main', b: 'files as they are' },
    pairs: 40,
    stage: null,
    pair: pairs + 1,
    side: 'b',
    elapsedMs: 8_300 * pairs,
    record: pairs === 0 ? null : record,
    cancelling: false,
  };
};

/** A/B comparisons: with each kind of verdict, of kept runs, and one that had hardly begun. */
export const comparisonStates = {
  comparing: comparingAt(14),
  comparingStarts: { ...comparingAt(0), pair: 0, stage: 'Waiting for the server of A (port 41234, /health)… 3 s' },
  comparedWorse: {
    kind: 'comparison',
    comparison: comparisonOf(drifting(18, 1), drifting(18, 1.08), {
      rules: { threshold: 0.03, level: 0.05 },
      pairs: { planned: 20, order: Array.from({ length: 18 }, (_, i) => (i % 3 === 1 ? 'b' : 'a')) },
    }),
    keptForSession: false,
  },
  comparedOpen: {
    kind: 'comparison',
    comparison: comparisonOf(drifting(8, 1), drifting(8, 1.025), {
      id: '20261122-201537-0p3n',
      status: 'cancelled',
      pairs: { planned: 40, order: Array.from({ length: 8 }, (_, i) => (i % 2 === 1 ? 'b' : 'a')) },
    }),
    keptForSession: true,
  },
  comparedKept: {
    kind: 'comparison',
    comparison: keptOf(slicesOf(5, 1.2), slicesOf(6, 1), {
      id: '20261122-201537-k3pt',
      warnings: ['Seed: 1 before, 2 after.'],
    }),
    keptForSession: false,
  },
  comparedNothing: {
    kind: 'comparison',
    comparison: comparisonOf(slicesOf(1, 1), slicesOf(1, 1), {
      id: '20261122-201537-n0n3',
      pairs: { planned: 40, order: ['a'] },
      status: 'crashed',
    }),
    keptForSession: false,
  },
} as const satisfies Record<string, PanelState>;
