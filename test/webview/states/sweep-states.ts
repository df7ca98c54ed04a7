import { latencyWorkload, memoryWorkload, throughputWorkload } from '../../../src/core/plan/suites/suite.ts';
import { makeLatencySuite } from '../../../src/core/report/suites/suite-latency.ts';
import { makeMemorySuite } from '../../../src/core/report/suites/suite-memory.ts';
import { makeThroughputSuite } from '../../../src/core/record/suites/make-suite.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { PanelState } from '../../../src/panel-protocol.ts';
import { lawful, levelRecord, sweepOf } from '../../core/record/sweep-fixtures.ts';
import { syntheticPlan, syntheticRecord, syntheticSnapshot } from './records.ts';

const levels = [1, 2, 4, 8, 16, 32];

const level = (concurrency: number, slo?: string): RunRecord =>
  levelRecord(concurrency, lawful(concurrency), slo === undefined ? {} : { slo });

/** A level whose answers are streams. */
const streamed = (concurrency: number): RunRecord => {
  const record = syntheticRecord({ requests: 60, chunks: 24, concurrency, medianMs: 500 + 90 * concurrency });
  return { ...record, plan: { ...record.plan, concurrency } };
};

/** Every second answer is a quick refusal. */
const refusing = (concurrency: number): RunRecord =>
  levelRecord(concurrency, (index) => (index % 2 === 0 ? { latencyMs: 2, status: 429 } : { latencyMs: 400 }));

const suiteParts = {
  id: '20261122-201537-k3f9',
  startedAt: '2026-11-22T20:15:37.123Z',
  status: 'completed',
  model: { name: 'gpt2', url: 'http://127.0.0.1:5001/v1/completions', server: 'gpt2', synthetic: true, dtype: 'q8' },
  files: ['results/throughput_gpt2_20261122_201537.json', 'results/throughput_gpt2_20261122_201537.md'],
} as const;
const latency = latencyWorkload(true, 1024);
const memory = memoryWorkload(true);
const running = {
  kind: 'sweepRunning',
  name: 'endpoints.txt',
  levels,
  cancelling: false,
} as const;

/** Sweeps and suites, finished and in progress. */
export const sweepStates = {
  sweep: {
    kind: 'sweep',
    sweep: sweepOf(levels.map((concurrency) => level(concurrency, 'p95 < 300ms, errors < 1%'))),
    keptForSession: false,
  },
  sweepNoLimit: {
    kind: 'sweep',
    sweep: sweepOf(
      [1, 2, 4, 8].map((concurrency) => levelRecord(concurrency, () => ({ latencyMs: 100 }))),
      { id: '20261122-201537-m0r3' },
    ),
    keptForSession: false,
  },
  sweepOfStreams: {
    kind: 'sweep',
    sweep: sweepOf([streamed(1), streamed(4), refusing(8)], { status: 'cancelled', planned: [1, 4, 8, 16] }),
    keptForSession: true,
  },
  sweepOfNothing: {
    kind: 'sweep',
    sweep: sweepOf([], { status: 'cancelled', planned: levels }),
    keptForSession: false,
  },
  sweepOfFailures: {
    kind: 'sweep',
    sweep: sweepOf([1, 4, 8].map(refusing), { id: '20261122-201537-f41l' }),
    keptForSession: false,
  },
  sweepOfOne: { kind: 'sweep', sweep: sweepOf([level(5)], { id: '20261122-201537-0n3l' }), keptForSession: false },
  sweepStarting: { ...running, plan: { ...syntheticPlan, concurrency: 1 }, current: 0, done: [], snapshot: null },
  sweepRunning: {
    ...running,
    plan: { ...syntheticPlan, concurrency: 8 },
    current: 3,
    done: [level(1), level(2), level(4)],
    snapshot: syntheticSnapshot(21_400, { concurrency: 8 }),
  },
  throughputSuite: {
    kind: 'suite',
    suite: makeThroughputSuite({
      ...suiteParts,
      workload: throughputWorkload(true),
      runs: [1, 2, 4].map((concurrency) => levelRecord(concurrency, lawful(concurrency), { count: 6 })),
      earlier: [],
    }),
    keptForSession: false,
  },
  latencySuite: {
    kind: 'suite',
    suite: makeLatencySuite({ ...suiteParts, workload: latency, runs: latency.cells.map(() => streamed(1)) }),
    keptForSession: false,
  },
  memorySuite: {
    kind: 'suite',
    suite: makeMemorySuite({
      ...suiteParts,
      workload: memory,
      afterLoadMiB: 600,
      runs: Array.from({ length: memory.iterations }, (_, i) => ({
        ...level(4),
        server: { pid: 4711, cpuShare: 1, rssStartMiB: 640, rssEndMiB: 640 + (i % 3), rssMaxMiB: 660 },
      })),
    }),
    keptForSession: true,
  },
} as const satisfies Record<string, PanelState>;
