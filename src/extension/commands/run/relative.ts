import type { Uri } from 'vscode';
import { hostname } from 'node:os';
import {
  needsBaseline,
  noBaselineOfLevels,
  withLimits,
  withoutLimits,
} from '../../../core/report/comparisons/relative-objectives.ts';
import { defaultBaseline } from '../../../core/values/relations.ts';
import type { Objective } from '../../../core/vocabulary.ts';
import type { BenchmarkTask } from '../../../processes/messages.ts';
import { findBaseline } from '../../services/workspace/baselines.ts';

/** A task that is made from an endpoints file. */
export type RunTask = Extract<BenchmarkTask, { type: 'run' | 'sweep' | 'search' }>;

/** The task with limits for its relative objectives, or with the reason why they can't be judged. */
export async function withBaseline(uri: Uri, named: string | undefined, task: RunTask): Promise<RunTask> {
  const name = named ?? defaultBaseline;
  if (task.type === 'run') {
    if (!needsBaseline(task.input)) return task;
    return { ...task, input: { ...task.input, ...withLimits(task.input, await findBaseline(uri, name), hostname()) } };
  }
  const unknown = { name, problem: noBaselineOfLevels };
  const unjudged = <T extends { readonly objectives: readonly Objective[] }>(one: T): T => ({
    ...one,
    objectives: withoutLimits(one.objectives, unknown),
  });
  const targets = task.input.targets.map(unjudged);
  // The objectives of a search have limits.
  if (task.type === 'search') return { ...task, input: { ...task.input, targets } };
  const { plan } = task.input;
  return { ...task, input: { ...task.input, plan: { ...plan, levels: plan.levels.map(unjudged) }, targets } };
}
