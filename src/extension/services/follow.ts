import type { Snapshot } from '../../core/metrics/types.ts';
import type { SweepInput } from '../../core/plan/sweep.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { recordId } from '../../core/report/record.ts';
import type { ResultRecord } from '../../core/report/results.ts';
import { makeThroughputSuite } from '../../core/report/suite-record.ts';
import { makeSweepRecord } from '../../core/report/sweep-record.ts';
import type { RunRecord } from '../../core/report/types.ts';
import type { BenchmarkTask, SuiteInput } from '../../processes/messages.ts';
import type { PanelState } from '../views/panelMessages.ts';
import type { ProgressEvent } from './benchmarkProcess.ts';
import { hasNumbers, salvageRecord, type Remains } from './salvage.ts';

/** What is known of a task while its process measures: what to show, and what would be left if the process were gone. */
export interface Follower {
  /** What is measured, for the log. */
  readonly what: string;
  readonly hear: (event: ProgressEvent) => void;
  readonly state: () => Extract<PanelState, { kind: 'running' | 'sweepRunning' }>;
  /** What has been measured so far, with one sentence on why there is no more; undefined when it is nothing. */
  readonly salvage: (status: Remains['status'], why: string) => ResultRecord | undefined;
}

/** Follows a task from its start. */
export function followTask(task: BenchmarkTask, version: string): Follower {
  const startedAt = new Date();
  const start = { id: recordId(startedAt, Math.random), startedAt, version };
  switch (task.type) {
    case 'run':
      return followRun(task.input, start);
    case 'sweep':
      return followSweep(task.input, start);
    case 'suite':
      return followSuite(task.input, start);
  }
}

type Start = Pick<Remains, 'id' | 'startedAt' | 'version'>;

function followRun(input: RunInput, start: Start): Follower {
  const { name, plan } = input;
  let snapshot: Snapshot | null = null;
  return {
    what: `${input.targets.length} targets, ${JSON.stringify(plan)}`,
    hear: (event) => {
      if (event.type === 'snapshot') ({ snapshot } = event);
    },
    state: () => ({ kind: 'running', name, plan, snapshot, cancelling: false }),
    salvage: (status, why) =>
      hasNumbers(snapshot) ? salvageRecord({ ...start, input, status, last: snapshot, why }) : undefined,
  };
}

/** What sweeps and suites have in common: levels that end one after the other. */
function followLevels() {
  const done: RunRecord[] = [];
  let current = 0;
  let snapshot: Snapshot | null = null;
  return {
    done,
    now: () => ({ current, snapshot, done: [...done] }),
    hear: (event: ProgressEvent): void => {
      if (event.type === 'levelEnded') {
        done.push(event.record);
        snapshot = null;
      } else if (event.type === 'levelSnapshot') {
        ({ level: current, snapshot } = event);
      }
    },
  };
}

function followSweep(input: SweepInput, start: Start): Follower {
  const { name, plan } = input;
  const levels = plan.levels.map(({ concurrency }) => concurrency);
  const { done, now, hear } = followLevels();
  return {
    what: `${input.targets.length} targets, ${JSON.stringify(plan)}`,
    hear,
    state: () => {
      const level = plan.levels[now().current];
      const state = { kind: 'sweepRunning', name, levels, ...now(), cancelling: false } as const;
      return level === undefined ? state : { ...state, plan: level };
    },
    salvage: (status, why) => {
      if (done.length > 0) {
        const { coolDownMs } = plan;
        return makeSweepRecord({
          ...identity(start),
          name,
          status,
          stopReason: why,
          planned: levels,
          coolDownMs,
          levels: done,
        });
      }
      // Not one level had ended: what there is of the first one is a run.
      const [level] = plan.levels;
      const { snapshot } = now();
      if (level === undefined || !hasNumbers(snapshot)) return undefined;
      return salvageRecord({ ...start, input: { ...input, plan: level }, status, last: snapshot, why });
    },
  };
}

function followSuite({ setup, ...about }: SuiteInput, start: Start): Follower {
  const { name } = setup;
  const levels = about.workload.levels.map(({ concurrency }) => concurrency);
  const { done, now, hear } = followLevels();
  return {
    what: `${about.model.url}, ${JSON.stringify(about.workload)}`,
    hear,
    state: () => ({ kind: 'sweepRunning', name, levels, ...now(), cancelling: false }),
    salvage: (status, why) =>
      done.length === 0
        ? undefined
        : makeThroughputSuite({ ...identity(start), ...about, status, stopReason: why, runs: done, files: [] }),
  };
}

const identity = ({ id, startedAt }: Start) => ({ id, startedAt: startedAt.toISOString() });
