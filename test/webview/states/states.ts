import type { PanelState } from '../../../src/panel-protocol.ts';
import { evaluateObjectives } from '../../../src/core/plan/objectives.ts';
import { earlierRuns } from '../../../src/core/report/tiles/earlier-runs.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { comparisonStates } from './comparison-states.ts';
import { rateSweepStates } from './rate-sweep-states.ts';
import { searchStates } from './search-states.ts';
import { sweepStates } from './sweep-states.ts';
import { trendStates } from './trend-states.ts';
import { closedLoop, recordOf } from '../../core/record/fixtures.ts';
import { syntheticPlan, syntheticRecord, syntheticSnapshot, threeVerdicts } from './records.ts';

const hostile = '<img src=x onerror="alert(1)"><b>429</b> & "slow down"';

/** A run of several objectives after others of its workload. */
const judged = ((): PanelState & { readonly kind: 'run' } => {
  const record = syntheticRecord({ seed: 31, errors: ['timeout'] });
  const { objectives } = parseObjectives(
    'p95 < 2s, p95 < 1.2s, p99.9 < 10s, errors < 0.1%, throughput > 9/s, mean < 2s',
  );
  const earlier = [24, 25, 26, 27, 28, 29, 30].map((seed) =>
    Object.assign({}, syntheticRecord({ seed, medianMs: 900 + 5 * seed }), { plan: record.plan }),
  );
  return {
    kind: 'run',
    record: { ...record, objectives: evaluateObjectives(objectives, record) },
    earlier: earlierRuns(record, earlier),
    keptForSession: false,
  };
})();

/** A run of 40 conversations of up to 8 turns; every tenth fails in turn 5. */
const conversing = recordOf(
  Array.from({ length: 40 }, (_, chat) =>
    Array.from({ length: chat % 10 === 9 ? 5 : 8 }, (_turn, index) => {
      const sentMs = 40 * chat + 900 * index;
      const firstTokenMs = sentMs + 80 + 14 * index + ((chat * 37) % 50);
      const fails = chat % 10 === 9 && index === 4;
      return {
        target: 0,
        turn: index + 1,
        turns: 8,
        scheduledMs: sentMs,
        sentMs,
        headersMs: sentMs + 4,
        endMs: firstTokenMs + 400,
        status: fails ? 503 : 200,
        bytes: 4_000,
        ...(!fails && {
          outputTokens: 64,
          tokenSource: 'usage' as const,
          inputTokens: 40 + 104 * index,
          cachedTokens: 104 * index,
          stream: {
            firstTokenMs,
            lastTokenMs: firstTokenMs + 390,
            chunks: 64,
            untimedTokens: 1,
            gapsMs: new Float64Array(63).fill(390 / 63),
          },
        }),
      };
    }),
  ).flat(),
);

/** One state of each kind that the panel can show, the awkward ones among them. */
export const states = {
  empty: { kind: 'empty' },
  starting: { kind: 'running', name: 'endpoints.txt', plan: syntheticPlan, snapshot: null, cancelling: false },
  running: {
    kind: 'running',
    name: 'endpoints.txt',
    plan: syntheticPlan,
    snapshot: syntheticSnapshot(21_400),
    cancelling: false,
  },
  completed: { kind: 'run', record: syntheticRecord({ verdicts: threeVerdicts }), keptForSession: false },
  judged,
  /** Targets of very different latency. */
  mix: {
    kind: 'run',
    record: syntheticRecord({ seed: 33, requests: 900, factors: [1, 0.05, 0.4] }),
    keptForSession: false,
  },
  refused: {
    kind: 'run',
    record: syntheticRecord({
      refused: 0.7,
      seed: 2,
      requests: 240,
      errors: ['reset', 'timeout'],
      status: 'cancelled',
      health: { eventLoopDelayMedianMs: 4, eventLoopDelayP99Ms: 84, eventLoopDelayMaxMs: 336, ownStallMs: 326 },
      failureSamples: [
        { target: 'generate', status: 429, text: hostile },
        { target: 'hello', status: 0, error: 'reset', text: 'read ECONNRESET' },
        { target: 'sleeper', status: 429, text: '' },
      ],
    }),
    keptForSession: true,
  },
  gone: {
    kind: 'run',
    record: syntheticRecord({
      requests: 700,
      goneAtMs: 20_000,
      seed: 8,
      failureSamples: [
        { target: 'generate', status: 0, error: 'refused', text: 'connect ECONNREFUSED 127.0.0.1:5000', count: 500 },
      ],
    }),
    keptForSession: false,
  },
  clientBound: {
    kind: 'run',
    record: syntheticRecord({
      requests: 2_000,
      concurrency: 50,
      medianMs: 12,
      seed: 21,
      health: { cpuShare: 1.04, loopUtilisation: 0.97, dispatchGapP99Ms: 4.2, dispatchGapMaxMs: 31, ownStallMs: 22 },
    }),
    keptForSession: false,
  },
  disturbed: {
    kind: 'run',
    record: syntheticRecord({
      seed: 22,
      health: { stealShare: 0.137, cpuPressureShare: 0.64, idleDelayP99Ms: 8.25, machineStallMs: 2_310 },
    }),
    keptForSession: false,
  },
  small: {
    kind: 'run',
    record: syntheticRecord({ requests: 10, concurrency: 5, seed: 3, status: 'crashed', targets: 1 }),
    keptForSession: false,
  },
  nothing: {
    kind: 'run',
    record: syntheticRecord({ requests: 0, seed: 4, status: 'cancelled' }),
    keptForSession: false,
  },
  unanswered: {
    kind: 'run',
    record: recordOf(
      closedLoop(60, 5, () => ({ latencyMs: 1, status: 0, error: 'refused', headersMs: Number.NaN })),
      {
        name: 'endpoints.txt',
        failureSamples: [{ target: 'x', status: 0, error: 'refused', text: 'connect ECONNREFUSED ::1:9', count: 60 }],
      },
    ),
    keptForSession: false,
  },
  comparedWithNothing: {
    kind: 'compare',
    before: syntheticRecord({ requests: 0, seed: 4, status: 'cancelled' }),
    after: syntheticRecord({ requests: 1, seed: 5 }),
  },
  compared: {
    kind: 'compare',
    before: syntheticRecord({}),
    after: syntheticRecord({ seed: 11, concurrency: 20, medianMs: 1180, targets: 2 }),
  },
  comparedAlike: {
    kind: 'compare',
    before: syntheticRecord({ requests: 300, targets: 3, verdicts: threeVerdicts }),
    after: {
      ...syntheticRecord({ requests: 300, seed: 9, medianMs: 700, targets: 3 }),
      plan: { ...syntheticPlan, requests: 300 },
    },
  },
  behind: {
    kind: 'run',
    record: {
      ...syntheticRecord({ requests: 1_200, concurrency: 50, seed: 12 }),
      plan: {
        ...syntheticPlan,
        loadModel: 'open',
        arrivals: 'poisson',
        stages: [
          { fromPerS: 5, toPerS: 40, durationS: 20 },
          { fromPerS: 40, toPerS: 40, durationS: 30 },
        ],
        requests: null,
        durationS: 50,
        concurrency: 50,
      },
      backlog: {
        max: 214,
        maxAtMs: 38_000,
        waitedMs: 21_300,
        unsent: 31,
        widthMs: 2_000,
        waiting: [0, 0, 0, 0, 0, 0, 0, 4, 18, 40, 66, 90, 118, 142, 160, 178, 190, 204, 211, 214, 190, 120, 70, 20, 0],
      },
    },
    keptForSession: false,
  },
  streamed: {
    kind: 'run',
    record: syntheticRecord({
      requests: 40,
      concurrency: 4,
      chunks: 48,
      targets: 1,
      errors: ['streamError'],
      seed: 12,
    }),
    keptForSession: false,
  },
  conversing: { kind: 'run', record: conversing, keptForSession: false },
  manyStreams: {
    kind: 'run',
    record: syntheticRecord({ requests: 700, chunks: 30, targets: 2, errors: ['reset', 'noToken'], seed: 6 }),
    keptForSession: false,
  },
  streaming: {
    kind: 'running',
    name: 'endpoints.txt',
    plan: syntheticPlan,
    snapshot: syntheticSnapshot(21_400, { chunks: 40 }),
    cancelling: false,
  },
  ...trendStates,
  ...sweepStates,
  ...rateSweepStates,
  ...searchStates,
  ...comparisonStates,
  missing: { kind: 'missing', id: '20261122-201507-k3f9' },
} as const satisfies Record<string, PanelState>;
