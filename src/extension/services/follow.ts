import type { Snapshot } from '../../core/metrics/types.ts';
import type { SweepInput } from '../../core/plan/sweep.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { recordId } from '../../core/report/record.ts';
import type { ResultRecord } from '../../core/report/results.ts';
import { makeSweepRecord } from '../../core/report/sweep-record.ts';
import type { RunRecord } from '../../core/report/types.ts';
import type { BenchmarkTask } from '../../processes/messages.ts';
import type { PanelState } from '../views/panelMessages.ts';
import type { ProgressEvent } from './benchmarkProcess.ts';
import { hasNumbers, salvageRecord, type Remains } from './salvage.ts';

/** What is known of a task while its process measures: what to show, and what would be left if the process were gone. */
export interface Follower {
  readonly hear: (event: ProgressEvent) => void;
  readonly state: () => Extract<PanelState, { kind: 'running' | 'sweepRunning' }>;
  /** What has been measured so far, with one sentence on why there is no more; undefined when it is nothing. */
  readonly salvage: (status: Remains['status'], why: string) => ResultRecord | undefined;
}

/** Follows a task from its start. */
export function followTask(task: BenchmarkTask, version: string): Follower {
  const startedAt = new Date();
  const start = { id: recordId(startedAt, Math.random), startedAt, version };
  return task.type === 'run' ? followRun(task.input, start) : followSweep(task.input, start);
}

type Start = Pick<Remains, 'id' | 'startedAt' | 'version'>;

function followRun(input: RunInput, start: Start): Follower {
  const { name, plan } = input;
  let snapshot: Snapshot | null = null;
  return {
    hear: (event) => {
      if (event.type === 'snapshot') ({ snapshot } = event);
    },
    state: () => ({ kind: 'running', name, plan, snapshot, cancelling: false }),
    salvage: (status, why) =>
      hasNumbers(snapshot) ? salvageRecord({ ...start, input, status, last: snapshot, why }) : undefined,
  };
}

function followSweep(input: SweepInput, start: Start): Follower {
  const { name, plan } = input;
  const levels = plan.levels.map(({ concurrency }) => concurrency);
  const done: RunRecord[] = [];
  let current = 0;
  let snapshot: Snapshot | null = null;
  return {
    hear: (event) => {
      if (event.type === 'levelEnded') {
        done.push(event.record);
        snapshot = null;
      } else if (event.type === 'levelSnapshot') {
        ({ level: current, snapshot } = event);
      }
    },
    state: () => {
      const level = plan.levels[current];
      const state = {
        kind: 'sweepRunning',
        name,
        levels,
        current,
        done: [...done],
        snapshot,
        cancelling: false,
      } as const;
      return level === undefined ? state : { ...state, plan: level };
    },
    salvage: (status, why) => {
      if (done.length > 0) {
        const { id, startedAt } = start;
        return makeSweepRecord({
          id,
          name,
          startedAt: startedAt.toISOString(),
          status,
          planned: levels,
          coolDownMs: plan.coolDownMs,
          levels: done,
        });
      }
      // Not one level had ended: what there is of the first one is a run.
      const level = plan.levels[current];
      if (level === undefined || !hasNumbers(snapshot)) return undefined;
      return salvageRecord({ ...start, input: { ...input, plan: level }, status, last: snapshot, why });
    },
  };
}
