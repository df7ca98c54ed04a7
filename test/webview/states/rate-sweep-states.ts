import { dueBefore } from '../../../src/core/plan/load/target-rate.ts';
import { evaluateObjectives } from '../../../src/core/plan/objectives.ts';
import { makeRateSweepPlan } from '../../../src/core/plan/rates/rate-sweep.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { makeSweepRecord, plannedLevels } from '../../../src/core/record/sweeps/make-sweep.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { SweepRecord } from '../../../src/core/record/sweeps/sweep.ts';
import type { PanelState } from '../../../src/panel-protocol.ts';
import { recordOf } from '../../core/record/fixtures.ts';
import { syntheticSnapshot } from './records.ts';

const slots = 4;
const serviceMs = 100;

/** A level against a server that handles four requests at a time, each in about 100 ms: 40 per second. */
export function rateLevel(plan: RunPlan, ratePerS: number, streams: boolean): RunRecord {
  const { requests, durationS, objectives } = plan;
  const spanMs = (durationS ?? 0) * 1000;
  const count = requests ?? dueBefore(plan)(spanMs);
  const freeAt = Array.from({ length: slots }, () => 0);
  const samples = Array.from({ length: count }, (_, index) => {
    const dueMs = ratePerS === Infinity ? 0 : (1000 * index) / ratePerS;
    const slot = freeAt.indexOf(Math.min(...freeAt));
    const startMs = Math.max(dueMs, freeAt[slot]!);
    const endMs = startMs + serviceMs * (0.9 + (index % 21) / 100);
    freeAt[slot] = endMs;
    return {
      target: 0,
      scheduledMs: dueMs,
      sentMs: dueMs,
      headersMs: endMs - 1,
      endMs,
      status: 200,
      bytes: 20,
      ...(streams && {
        outputTokens: 8,
        tokenSource: 'usage' as const,
        stream: {
          firstTokenMs: startMs + 20,
          lastTokenMs: endMs - 1,
          chunks: 8,
          untimedTokens: 1,
          gapsMs: new Float64Array(7).fill(10),
        },
      }),
    };
  });
  const record = recordOf(samples, { plan });
  const answeredPerS = Math.min(ratePerS, (1000 * slots) / serviceMs);
  const growth = 1 - answeredPerS / ratePerS;
  return {
    ...record,
    plan,
    objectives: evaluateObjectives(objectives, record),
    backlog: { max: 0, maxAtMs: null, waitedMs: 0, unsent: 0, widthMs: 1000, waiting: [0] },
    ...(ratePerS < Infinity && {
      saturation: {
        overSaturated: growth > 0,
        fromMs: spanMs / 4,
        toMs: spanMs,
        duePerS: ratePerS,
        answeredPerS,
        growth,
        leastGrowth: growth / 2,
      },
    }),
  };
}

/** Returns a sweep over these rates; those in `skipped` come after an over-saturated one. */
export function rateSweep(
  id: string,
  rates: readonly number[],
  { slo = '', skipped = [] as readonly number[], streams = false },
): SweepRecord {
  const { objectives } = slo === '' ? { objectives: [] } : parseObjectives(slo);
  const { levels, coolDownMs } = makeRateSweepPlan({ rates, warmup: 1 }, { defaults: {}, objectives });
  const measured = levels.flatMap((plan, index) => {
    const rate = rates[index]!;
    return skipped.includes(rate) ? [] : [rateLevel(plan, rate, streams)];
  });
  return makeSweepRecord({
    id: `20261122-201537-${id}`,
    name: 'endpoints.txt',
    startedAt: '2026-11-22T20:15:37.123Z',
    status: 'completed',
    coolDownMs,
    ...plannedLevels(levels, skipped),
    levels: measured,
  });
}

const rateSweepState = (sweep: SweepRecord) => ({ kind: 'sweep', sweep, keptForSession: false }) as const;

const over = rateSweep('r4t3', [5, 10, 20, 30, 80, 160, Infinity], {
  slo: 'response.p95 < 500ms, errors < 1%',
  skipped: [160],
});

/** The sweep as if its levels had been too short to tell whether the server kept up. */
const withoutSaturation = (sweep: SweepRecord): SweepRecord => ({
  ...sweep,
  levels: sweep.levels.map((level) => {
    const { saturation: _, ...short } = level;
    return short;
  }),
});

/** Sweeps over arrival rates, finished and in progress. */
export const rateSweepStates = {
  rateSweep: rateSweepState(over),
  rateSweepNoLimit: rateSweepState(rateSweep('r4n0', [5, 10, 20], {})),
  rateSweepTooShort: rateSweepState(withoutSaturation(rateSweep('r4s0', [5, 10, 20], {}))),
  rateSweepOfStreams: rateSweepState(
    rateSweep('r4t5', [0.5, 10, 20, 80, Infinity], { slo: 'ttft.p95 < 200ms', streams: true }),
  ),
  rateSweepRunning: {
    kind: 'sweepRunning',
    name: 'endpoints.txt',
    plan: over.levels[3]!.plan,
    levels: [5, 10, 20, 30, 80, 160, Infinity].map(() => over.levels[0]!.plan.concurrency),
    rates: over.rates!.planned,
    current: 3,
    done: over.levels.slice(0, 3),
    snapshot: syntheticSnapshot(4_400, { concurrency: 8 }),
    cancelling: false,
  },
  rateSweepSkipping: {
    kind: 'sweepRunning',
    name: 'endpoints.txt',
    plan: over.levels.at(-1)!.plan,
    levels: [5, 10, 20, 30, 80, 160, Infinity].map(() => over.levels[0]!.plan.concurrency),
    rates: over.rates!.planned,
    skipped: [160],
    current: 6,
    done: over.levels.slice(0, 5),
    snapshot: syntheticSnapshot(4_400, { concurrency: 8 }),
    cancelling: false,
  },
} as const satisfies Record<string, PanelState>;
