import type { Uri } from 'vscode';
import type { EndpointsFile, RunDefaults } from '../../../core/endpoints/types.ts';
import { makeSearchPlan, type SearchChoices, type SearchPlan } from '../../../core/plan/capacity-search.ts';
import { makePlan, type PlanChoices } from '../../../core/plan/plan.ts';
import { targetRatePerS } from '../../../core/plan/load/target-rate.ts';
import { makeRateSweepPlan } from '../../../core/plan/rates/rate-sweep.ts';
import { searchUnderFile, underFile } from '../../../core/plan/repeat.ts';
import { makeSweepPlan, type SweepPlan } from '../../../core/plan/sweep.ts';
import type { RunPlan } from '../../../core/plan/types.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { numberSetting } from '../../services/workspace/settings.ts';

const isTimed = ({ conversations, durationS, ratePerS, stages }: RunDefaults): boolean =>
  [conversations, durationS, stages].some((time) => time !== undefined) || typeof ratePerS === 'number';

/** Values of a file, which override the settings. */
function defaultsFor(uri: Uri, file: EndpointsFile): RunDefaults {
  return {
    // A file with a duration or an arrival rate isn't limited to the number of requests in the settings.
    ...(isTimed(file.defaults) || file.targets.some(({ llm }) => llm?.trace !== undefined)
      ? {}
      : { requests: numberSetting('run.requests', uri) }),
    concurrency: numberSetting('run.concurrency', uri),
    warmup: numberSetting('run.warmup', uri),
    timeoutMs: numberSetting('run.timeoutSeconds', uri) * 1000,
    ...file.defaults,
  };
}

/** The plan that a run of a file gets with these choices. */
export function planFor(uri: Uri, file: EndpointsFile, choices: PlanChoices): RunPlan {
  return makePlan(
    { maxRedirects: numberSetting('run.maxRedirects', uri), ...choices },
    { defaults: defaultsFor(uri, file), objectives: file.objectives, targets: file.targets },
  );
}

/** What a sweep changes from level to level. */
export interface SweepLoad {
  /** Concurrency of each level. */
  readonly levels?: readonly number[] | undefined;
  /** Requests/s of each level; null: all requests as soon as possible, because JSON has no infinity. */
  readonly rates?: readonly (number | null)[] | undefined;
  /** A capacity search instead of fixed levels. */
  readonly search?: SearchChoices | undefined;
}

/**
 * Returns the plan of a sweep or search of a file with these options. Amount and warm-up of a level depend on the level, unless
 * options or the file set them, because the settings are for single runs.
 */
export function sweepPlanFor(
  uri: Uri,
  file: EndpointsFile,
  { levels = [], rates, search, ...choices }: PlanChoices & SweepLoad,
): SweepPlan | SearchPlan {
  const all = {
    maxRedirects: numberSetting('run.maxRedirects', uri),
    ...(file.defaults.timeoutMs === undefined ? { timeoutMs: numberSetting('run.timeoutSeconds', uri) * 1000 } : {}),
    ...choices,
  };
  if (search !== undefined) return makeSearchPlan(search, all, file);
  return rates === undefined
    ? makeSweepPlan({ ...all, levels }, file)
    : makeRateSweepPlan({ ...all, rates: rates.map((rate) => rate ?? Infinity) }, file);
}

/** Rule by which a request combines its options with the file's. */
export type Repeat =
  /** The file's options have priority. The others are those of an earlier run. */
  | { readonly kind: 'again' }
  /** Only the options and objectives of an earlier run apply. Its targets must be those of the file. */
  | { readonly kind: 'exactly'; readonly of: Pick<RunRecord, 'plan' | 'targets' | 'targetCount'> };

/** Returns the plan of a run, or that of a sweep or search if there are levels, rates, or a search. */
export function planOf(
  uri: Uri,
  file: EndpointsFile,
  { choices, repeat, levels, rates, search }: { choices: PlanChoices; repeat?: Repeat } & SweepLoad,
): RunPlan | SweepPlan | SearchPlan {
  const from = repeat?.kind === 'exactly' ? { ...file, defaults: {}, objectives: repeat.of.plan.objectives } : file;
  const isSweep = [levels, rates, search].some((load) => load !== undefined);
  const underThis = (): PlanChoices =>
    search === undefined ? underFile(choices, file.defaults, isSweep) : searchUnderFile(choices, file.defaults);
  const wanted = repeat?.kind === 'again' ? underThis() : choices;
  return isSweep ? sweepPlanFor(uri, from, { ...wanted, levels, rates, search }) : planFor(uri, from, wanted);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** How much the levels of a sweep send together. */
export function wholeOf({
  levels,
}: SweepPlan): Pick<RunPlan, 'requests' | 'conversations' | 'durationS' | 'concurrency' | 'stages'> {
  const conversations = levels.flatMap((plan) => plan.conversations ?? []);
  const rates = levels.map((plan) => targetRatePerS(plan) ?? Infinity);
  const [fromPerS, toPerS] = [Math.min(...rates), Math.max(...rates)];
  const counted = levels.every(({ requests }) => requests !== null);
  return {
    requests: counted ? sum(levels.map(({ requests, warmup }) => (requests ?? 0) + warmup)) : null,
    ...(conversations.length === levels.length && { conversations: sum(conversations) }),
    durationS: counted ? null : sum(levels.map(({ durationS }) => durationS ?? 0)),
    concurrency: Math.max(...levels.map(({ concurrency }) => concurrency)),
    ...(toPerS < Infinity && { stages: [{ fromPerS, toPerS, durationS: null }] }),
  };
}
