import { reliableValue, type Measured } from '../../plan/objectives.ts';
import type { RunInput } from '../../plan/types.ts';
import { listedTarget } from '../../record/make-run.ts';
import type { RunRecord } from '../../record/run.ts';
import { parseObjectives } from '../../values/objectives.ts';
import { relativeLimit } from '../../values/relations.ts';
import type { Objective } from '../../vocabulary.ts';
import { quantileOf } from './comparison-tables.ts';
import { planDifferences, type Difference } from '../tables/workload.ts';

/** Why relative objectives of a sweep aren't judged. */
export const noBaselineOfLevels = 'a baseline is of single runs, not of the levels of a sweep';

/** Reads objectives of a capacity search, which have limits of their own. A `problem` is one or two sentences. */
export function parseAbsoluteObjectives(text: string): { readonly objectives: Objective[]; readonly problem?: string } {
  const { objectives, error } = parseObjectives(text);
  if (error) return { objectives, problem: `${error.message} ${error.hint}` };
  const relative = objectives.find(({ baseline }) => baseline !== undefined);
  if (relative === undefined) return { objectives };
  return { objectives, problem: `${relative.text}: ${noBaselineOfLevels}. Use a limit such as p95 < 500ms.` };
}

/** A baseline as a caller has found it: its runs, or why there are none. */
export type FoundBaseline = { readonly name: string } & (
  { readonly runs: readonly RunRecord[]; readonly problem?: undefined } | { readonly problem: string }
);

/** Parts of a run's input that have objectives. */
type Judged = Pick<RunInput, 'plan' | 'targets'>;

/** Returns whether a run has relative objectives. */
export const needsBaseline = ({ plan, targets }: Judged): boolean =>
  isRelative(plan.objectives) || targets.some(({ objectives }) => isRelative(objectives));

const isRelative = (objectives: readonly Objective[]): boolean =>
  objectives.some(({ baseline }) => baseline !== undefined);

/** Returns why there is no baseline, and how to make one. */
export const baselineNotFound = (name: string): string =>
  `baseline ${name} not found; set it with "loadlens baseline set ${name}", or with Set as Baseline in the history`;

/**
 * Returns the run with limits for its relative objectives: from the median of the baseline's runs. A baseline of a
 * different workload, or without a reliable value, gives no limit; the objective then says why.
 * @param host machine that sends
 */
export function withLimits({ plan, targets }: Judged, found: FoundBaseline, host: string): Judged {
  const baseline = checked(found, { plan, targets });
  const limited = (objectives: readonly Objective[], target?: string): readonly Objective[] =>
    isRelative(objectives) ? objectives.map((one) => withLimit(one, baseline, host, target)) : objectives;
  return {
    plan: { ...plan, objectives: limited(plan.objectives) },
    targets: targets.map((target) =>
      isRelative(target.objectives) ? { ...target, objectives: limited(target.objectives, target.name) } : target,
    ),
  };
}

/** Returns objectives that say why their baseline gives no limit; others stay. */
export const withoutLimits = (objectives: readonly Objective[], { name, problem }: Unknown): Objective[] =>
  objectives.map((objective) =>
    objective.baseline === undefined
      ? objective
      : { ...objective, value: null, baseline: { change: objective.baseline.change, name, problem } },
  );

type Unknown = Extract<FoundBaseline, { readonly problem: string }>;

/** Returns the baseline if it has the workload of a run, otherwise why it can't be used. */
function checked(found: FoundBaseline, { plan, targets }: Judged): FoundBaseline {
  if (found.problem !== undefined) return found;
  const now = { plan, targets: targets.map((target) => listedTarget(target, undefined)), targetCount: targets.length };
  const differences = found.runs.flatMap((run) => planDifferences(run, now).map(differenceText));
  if (differences.length === 0) return found;
  const { name } = found;
  return { name, problem: `baseline ${name} has a different workload: ${[...new Set(differences)].join('; ')}` };
}

const differenceText = ({ what, before, after }: Difference): string =>
  before === undefined || after === undefined ? what.toLowerCase() : `${what.toLowerCase()} ${before}, now ${after}`;

function withLimit(objective: Objective, found: FoundBaseline, host: string, target: string | undefined): Objective {
  const { baseline: relation, metric } = objective;
  if (relation === undefined) return objective;
  const { change } = relation;
  const { name } = found;
  if (found.problem !== undefined)
    return { ...objective, value: null, baseline: { change, name, problem: found.problem } };
  const values = found.runs.map((run) => valueOf(objective, numbersOf(run, target)));
  const known = values.filter((value) => value !== null);
  const value = quantileOf(
    known.toSorted((a, b) => a - b),
    0.5,
  );
  if (known.length < values.length || value === null) {
    const place = target === undefined ? metric : `${metric} of ${target}`;
    const problem = `baseline ${name} has no reliable ${place}`;
    return { ...objective, value: null, baseline: { change, name, problem } };
  }
  const other = found.runs.map(({ environment }) => environment.host).find((one) => one !== host);
  return {
    ...objective,
    value: relativeLimit(metric, value, relation),
    baseline: { change, name, value, ...(other !== undefined && { host: other }) },
  };
}

const valueOf = (objective: Objective, numbers: Measured | undefined): number | null =>
  numbers === undefined ? null : reliableValue(objective, numbers);

const numbersOf = (run: RunRecord, target: string | undefined): Measured | undefined =>
  target === undefined || run.targetCount === 1 ? run : run.perTarget.find(({ name }) => name === target);
