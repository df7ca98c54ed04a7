import type { Snapshot } from '../../../core/metrics/types.ts';
import { searchAfter, searchedPlan, type SearchInput } from '../../../core/plan/capacity-search.ts';
import { skippedRates } from '../../../core/plan/rates/rate-sweep.ts';
import type { SweepInput } from '../../../core/plan/sweep.ts';
import type { RunInput } from '../../../core/plan/types.ts';
import { lastRecord, recordId } from '../../../core/record/make-run.ts';
import type { ResultRecord } from '../../../core/report/formats/results.ts';
import { refText } from '../../../core/record/comparisons/side-names.ts';
import { makeThroughputSuite } from '../../../core/record/suites/make-suite.ts';
import { makeSearchRecord } from '../../../core/record/sweeps/make-search.ts';
import { makeSweepRecord, plannedLevels } from '../../../core/record/sweeps/make-sweep.ts';
import { searchReason } from '../../../core/report/words/search-reason.ts';
import { searchText, trialsText } from '../../../core/report/words/search-words.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import type { ComparisonRecord } from '../../../core/record/comparisons/comparison.ts';
import type { BenchmarkTask, ComparisonInput, ComparisonSideInput, SuiteInput } from '../../../processes/messages.ts';
import type { PanelState } from '../../../panel-protocol.ts';
import type { ProgressEvent } from '../child-processes/benchmark-process.ts';

/** Outcome of a task whose process has ended, and the reason in one sentence. */
export interface EarlyEnd {
  readonly status: 'cancelled' | 'crashed';
  readonly stopReason: string;
}

/** State of a task while its process measures: what to show, and what remains if the process crashes. */
export interface Follower {
  /** Name of the task for the log. */
  readonly what: string;
  readonly hear: (event: ProgressEvent) => void;
  readonly state: () => Extract<PanelState, { kind: 'running' | 'sweepRunning' | 'comparing' }>;
  /** Partial result so far; undefined without one. */
  readonly salvage: (end: EarlyEnd) => ResultRecord | undefined;
}

/** Follows a task from its start. */
export function followTask(task: BenchmarkTask): Follower {
  switch (task.type) {
    case 'run':
      return followRun(task.input);
    case 'sweep':
      return followSweep(task.input);
    case 'search':
      return followSearch(task.input);
    case 'suite':
      return followSuite(task.input);
    case 'comparison':
      return followComparison(task.input);
  }
}

/** State of the run in progress. */
function followOne() {
  let partial: RunRecord | undefined;
  let snapshot: Snapshot | null = null;
  return {
    snapshot: () => snapshot,
    hear: (event: ProgressEvent): void => {
      if (event.type === 'partial') partial = event.record;
      else if (event.type === 'levelEnded') partial = undefined;
      if (event.type === 'snapshot' || event.type === 'levelSnapshot') ({ snapshot } = event);
      else if (event.type === 'levelEnded') snapshot = null;
    },
    /** Its record; undefined unless something has been measured. */
    salvage: (end: EarlyEnd): RunRecord | undefined => {
      if (partial === undefined) return undefined;
      // Either may be the later one.
      const isLater = snapshot !== null && snapshot.summary.requestsSent >= partial.requestsSent;
      const record = isLater && snapshot !== null ? lastRecord(partial, snapshot, end) : { ...partial, ...end };
      return record.requestsSent > 0 ? record : undefined;
    },
  };
}

function followRun({ name, plan, targets }: RunInput): Follower {
  const { snapshot, hear, salvage } = followOne();
  return {
    what: `${targets.length} targets, ${JSON.stringify(plan)}`,
    hear,
    state: () => ({ kind: 'running', name, plan, snapshot: snapshot(), cancelling: false }),
    salvage,
  };
}

/** Common part of sweeps, searches, and suites: levels that end one after the other. */
function followLevels() {
  const startedAt = new Date();
  const identity = { id: recordId(startedAt, Math.random), startedAt: startedAt.toISOString() };
  const done: RunRecord[] = [];
  const running = followOne();
  let current = 0;
  return {
    identity,
    done,
    now: () => ({ current, snapshot: running.snapshot(), done: [...done] }),
    hear: (event: ProgressEvent): void => {
      running.hear(event);
      if (event.type === 'levelEnded') done.push(event.record);
      else if (event.type === 'levelSnapshot') current = event.level;
    },
    unfinished: running.salvage,
  };
}

function followSweep({ name, plan, targets }: SweepInput): Follower {
  const { levels, coolDownMs } = plan;
  const { identity, done, now, hear, unfinished } = followLevels();
  const planned = () => plannedLevels(levels, skippedRates(levels, done));
  return {
    what: `${targets.length} targets, ${JSON.stringify(plan)}`,
    hear,
    state: () => {
      const { rates } = planned();
      const level = levels[now().current];
      return {
        kind: 'sweepRunning',
        name,
        levels: levels.map(({ concurrency }) => concurrency),
        ...(rates && { rates: rates.planned, skipped: rates.skipped }),
        ...now(),
        ...(level && { plan: level }),
        cancelling: false,
      };
    },
    salvage: (end) =>
      salvageLevels(done, unfinished(end), (rest) =>
        makeSweepRecord({ ...identity, name, ...end, ...planned(), coolDownMs, levels: done, ...rest }),
      ),
  };
}

function followSearch({ name, plan, targets }: SearchInput): Follower {
  const { identity, done, now, hear, unfinished } = followLevels();
  return {
    what: `${targets.length} targets, ${JSON.stringify(plan)}`,
    hear,
    state: () => {
      const state = searchAfter(plan, done);
      return {
        kind: 'sweepRunning',
        name,
        levels: [],
        ...(plan.by === 'rate' && { rates: [] }),
        ...now(),
        current: done.length,
        search: {
          wanted: searchText(plan),
          reason: searchReason(plan, state),
          tried: trialsText(plan, state.trials),
        },
        ...(state.next.kind === 'try' && { plan: searchedPlan(plan, state.next.level) }),
        cancelling: false,
      };
    },
    salvage: (end) =>
      salvageLevels(done, unfinished(end), (rest) =>
        makeSearchRecord(plan, { ...identity, name, ...end, levels: done, ...rest }),
      ),
  };
}

/** Returns the partial result of several levels. If not one has ended, what there is of the first one is a run. */
function salvageLevels(
  done: readonly RunRecord[],
  cutOff: RunRecord | undefined,
  make: (rest: { readonly unfinished?: RunRecord }) => ResultRecord,
): ResultRecord | undefined {
  return done.length === 0 ? cutOff : make(cutOff === undefined ? {} : { unfinished: cutOff });
}

function followSuite({ setup, ...about }: SuiteInput): Follower {
  const { name } = setup;
  const levels = about.workload.levels.map(({ concurrency }) => concurrency);
  const { identity, done, now, hear } = followLevels();
  return {
    what: `${about.model.url}, ${JSON.stringify(about.workload)}`,
    hear,
    state: () => ({ kind: 'sweepRunning', name, levels, ...now(), cancelling: false }),
    salvage: (end) =>
      done.length === 0 ? undefined : makeThroughputSuite({ ...identity, ...about, ...end, runs: done, files: [] }),
  };
}

function followComparison({ a, b, pairs }: ComparisonInput): Follower {
  const { name, plan, targets } = a.input;
  const sides = { a: sideWords(a), b: sideWords(b) };
  const begun = performance.now();
  let stage: string | null = null;
  let place: { readonly pair: number; readonly side: 'a' | 'b' } = { pair: 0, side: 'a' };
  let record: ComparisonRecord | null = null;
  return {
    what: `${targets.length} targets, ${JSON.stringify({ sides, pairs, plan })}`,
    hear: (event) => {
      if (event.type === 'pairEnded') ({ record } = event);
      stage = event.type === 'stage' ? event.text : null;
      if (event.type === 'slice') place = { pair: event.pair, side: event.side };
    },
    state: () => ({
      kind: 'comparing',
      name,
      plan,
      sides,
      pairs,
      stage,
      ...place,
      elapsedMs: performance.now() - begun,
      record,
      cancelling: false,
    }),
    salvage: (end) => (record === null ? undefined : { ...record, ...end }),
  };
}

/** Text that distinguishes a side from the other: `main`, or `base=http://127.0.0.1:5001`. */
function sideWords({ server, variables }: ComparisonSideInput): string {
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...(server === undefined ? [] : [refText(server.ref)]), ...set].join(', ');
}
