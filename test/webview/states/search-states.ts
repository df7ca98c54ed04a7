import { makeSearchPlan, searchAfter, searchedPlan, type SearchPlan } from '../../../src/core/plan/capacity-search.ts';
import { makeSearchRecord } from '../../../src/core/record/sweeps/make-search.ts';
import { searchReason } from '../../../src/core/report/words/search-reason.ts';
import { searchText, trialsText } from '../../../src/core/report/words/search-words.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { PanelState } from '../../../src/panel-protocol.ts';
import { lawful, levelRecord } from '../../core/record/sweep-fixtures.ts';
import { rateLevel } from './rate-sweep-states.ts';
import { syntheticSnapshot } from './records.ts';

const identity = { id: '20261122-201537-s34r', name: 'endpoints.txt', startedAt: '2026-11-22T20:15:37.123Z' } as const;

/** Returns the plan of a search with default options. */
function planOf(by: SearchPlan['by'], slo: string, last: number): SearchPlan {
  const { objectives } = parseObjectives(slo);
  return makeSearchPlan({ by, objectives, range: [by === 'rate' ? 0.01 : 1, last] }, {}, { defaults: {} });
}

const byConcurrency = planOf('concurrency', 'p95 < 300ms, errors < 10%', 256);
const byRate = planOf('rate', 'response.p95 < 500ms', 100_000);

/** Returns the first runs of a search, at most `most`. */
function runsOf(plan: SearchPlan, most = Infinity): RunRecord[] {
  const runs: RunRecord[] = [];
  for (;;) {
    const { next } = searchAfter(plan, runs);
    if (next.kind === 'done' || runs.length >= most) return runs;
    const slo = plan.objectives.map(({ text }) => text).join(', ');
    runs.push(
      plan.by === 'rate'
        ? rateLevel(searchedPlan(plan, next.level), next.level, false)
        : levelRecord(next.level, lawful(next.level), { slo, count: 400 }),
    );
  }
}

const found = (plan: SearchPlan, id: string, most?: number) =>
  ({
    kind: 'sweep',
    sweep: makeSearchRecord(plan, {
      ...identity,
      id: `20261122-201537-${id}`,
      status: most === undefined ? 'completed' : 'cancelled',
      levels: runsOf(plan, most),
    }),
    keptForSession: false,
  }) as const;

/** Returns a search in progress after some runs. */
function running(plan: SearchPlan, runs: number): Extract<PanelState, { kind: 'sweepRunning' }> {
  const done = runsOf(plan, runs);
  const state = searchAfter(plan, done);
  return {
    kind: 'sweepRunning',
    name: identity.name,
    levels: [],
    ...(plan.by === 'rate' && { rates: [] }),
    search: { wanted: searchText(plan), reason: searchReason(plan, state), tried: trialsText(plan, state.trials) },
    current: done.length,
    done,
    ...(state.next.kind === 'try' && { plan: searchedPlan(plan, state.next.level) }),
    snapshot: syntheticSnapshot(4_400, { concurrency: 8 }),
    cancelling: false,
  };
}

/** Capacity searches, finished and in progress. */
export const searchStates = {
  search: found(byConcurrency, 's34c'),
  searchCanceled: found(byConcurrency, 's3c0', 4),
  searchByRate: found(byRate, 's34r'),
  searchNoLimit: found(planOf('concurrency', 'p95 < 10s', 16), 's3n0'),
  searchStarting: { ...running(byRate, 0), snapshot: null },
  searchRunning: running(byConcurrency, 6),
  searchByRateRunning: running(byRate, 5),
} as const satisfies Record<string, PanelState>;
