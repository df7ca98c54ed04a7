import type { Sample } from '../../../src/core/metrics/types.ts';
import { evaluateObjectives } from '../../../src/core/plan/objectives.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { makeSweepRecord, type SweepParts } from '../../../src/core/record/sweeps/make-sweep.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { closedLoop, recordOf } from './fixtures.ts';

/** A level as the engine records it. */
export function levelRecord(
  concurrency: number,
  outcome: (index: number) => Partial<Sample> & { latencyMs: number },
  options: { count?: number; slo?: string } = {},
): RunRecord {
  const count = options.count ?? 160;
  const { objectives } = options.slo === undefined ? { objectives: [] } : parseObjectives(options.slo);
  const limitMs = objectives.find(({ metric }) => metric.startsWith('p'))?.value ?? undefined;
  const samples = closedLoop(count, concurrency, outcome);
  const record = recordOf(samples, limitMs === undefined ? {} : { limitMs });
  return {
    ...record,
    plan: { ...record.plan, concurrency, requests: count, objectives },
    objectives: evaluateObjectives(objectives, record),
  };
}

/** A server whose latency grows as by the scalability law: X(N) = 10 N / (1 + 0.05 (N − 1) + 0.005 N (N − 1)). */
export const lawful = (concurrency: number): ((index: number) => { latencyMs: number; outputTokens: number }) => {
  const slower = 1 + 0.05 * (concurrency - 1) + 0.005 * concurrency * (concurrency - 1);
  return (index) => ({ latencyMs: 100 * slower * (0.95 + (index % 11) / 100), outputTokens: 30 });
};

/** A sweep of these levels. */
export function sweepOf(levels: readonly RunRecord[], changes: Partial<SweepParts> = {}): SweepRecord {
  return makeSweepRecord({
    id: '20261122-201537-k3f9',
    name: 'endpoints.txt',
    startedAt: '2026-11-22T20:15:37.123Z',
    status: 'completed',
    planned: levels.map(({ plan }) => plan.concurrency),
    coolDownMs: 500,
    levels,
    ...changes,
  });
}
