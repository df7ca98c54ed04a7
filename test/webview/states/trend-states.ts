import type { PanelState } from '../../../src/panel-protocol.ts';
import type { Trend, TrendRun } from '../../../src/core/report/tables/trend-runs.ts';

const hex = '3f9c1d2ab47e5f60718293a4b5c6d7e8f9012345';

/** Twenty runs of five commits; the fourth commit is 30% slower. */
function runs(): TrendRun[] {
  return Array.from({ length: 20 }, (_, i) => {
    const commit = Math.floor(i / 4);
    const wave = 1 + (((i * 7) % 5) - 2) * 0.01;
    const p95 = (commit < 3 ? 200 : 260) * wave;
    const values = {
      p50: [p95 * 0.7, p95 * 0.68, p95 * 0.72] as const,
      p95: [p95, p95 * 0.96, p95 * 1.05] as const,
      throughput: [(40_000 / p95) * wave] as const,
    };
    return {
      id: `20261122-20${String(10 + i)}37-k3f9`,
      startedAt: `2026-11-22T20:${String(10 + i)}:37.123Z`,
      commit: hex.slice(commit) + hex.slice(0, commit),
      branch: commit < 4 ? 'main' : 'feature/faster-tokenizer',
      dirty: i === 17,
      values,
      targets: { hello: { p95: [p95 / 2] as const }, generate: values },
    };
  });
}

const trend: Trend = { id: '20261122-202937-k3f9', name: 'load/endpoints.txt', runs: runs(), others: 3 };

/** Trends: with a change, and with too few runs for one. */
export const trendStates = {
  trend: { kind: 'trend', trend },
  shortTrend: { kind: 'trend', trend: { ...trend, runs: trend.runs.slice(0, 1), others: 0 } },
} as const satisfies Readonly<Record<string, PanelState>>;
