import * as v from 'valibot';
import type { EndpointsFile } from '../../../core/endpoints/types.ts';
import { searchedRange } from '../../../core/plan/capacity-search.ts';
import { objectiveList } from '../../../core/values/objectives.ts';
import type { Objective } from '../../../core/vocabulary.ts';
import {
  kindOfSweep,
  ratesAnswer,
  readLevels,
  readSearch,
  searchedBy,
  sweepAmount,
  type SweepInputs,
  type SweepPreset,
} from './ask-sweep.ts';
import type { SweepLoad } from './plans.ts';

/** Five: the Universal Scalability Law needs as many. */
const defaultLevels = [1, 2, 4, 8, 16];
const defaultRates = [...defaultLevels, null];

/** Levels, rates, or a search, for which another command asks. Its objectives are text. */
const wantedSchema = v.union([
  v.object({ levels: v.array(v.number()) }),
  v.object({ rates: v.array(v.nullable(v.number())) }),
  v.object({
    search: v.object({ by: v.picklist(['concurrency', 'rate']), objectives: v.string(), last: v.number() }),
  }),
]);

/** Text of what another command asks for. */
export type Wanted = v.InferOutput<typeof wantedSchema>;

/** Returns the levels, rates, or search for which another command asks; undefined for anything else. */
export function readWanted(argument: unknown): SweepLoad | undefined {
  const { success, output } = v.safeParse(wantedSchema, argument);
  if (!success) return undefined;
  if ('levels' in output) return readLevels('levels', output.levels.join(','));
  if ('rates' in output) return readLevels('rates', ratesAnswer(output.rates));
  const { by, objectives, last } = output.search;
  return readSearch(by, objectives, String(last));
}

/** Returns the objectives of a file that a search can judge: those of the whole run, otherwise those of its only target. */
function objectivesOf({ objectives, targets: [first, ...others] }: Pick<EndpointsFile, 'objectives' | 'targets'>) {
  const ofTarget = others.length === 0 ? (first?.objectives ?? []) : [];
  return (objectives.length > 0 ? objectives : ofTarget).filter(({ baseline }) => baseline === undefined);
}

const textOf = (objectives: readonly Objective[]): string => objectiveList.write(objectives);

/** Returns the inputs to remember. The objectives of the file are left out, so that the next search follows the file. */
export function withoutFilesObjectives(
  inputs: SweepInputs,
  file: Pick<EndpointsFile, 'objectives' | 'targets'>,
): SweepInputs {
  const { search } = inputs;
  return search !== undefined && textOf(search.objectives) === textOf(objectivesOf(file))
    ? { ...inputs, search: { ...search, objectives: [] } }
    : inputs;
}

/**
 * Returns the initial values of the prompts: those that a command asks for, otherwise those of the last time, otherwise powers of
 * two, and the objectives and the amount of the file. Its amount doesn't apply to a search.
 */
export function sweepPreset(
  file: Pick<EndpointsFile, 'defaults' | 'objectives' | 'targets'>,
  wanted: SweepLoad | undefined,
  last: SweepInputs | undefined,
  plan: SweepPreset['plan'],
): SweepPreset {
  const lastKind = kindOfSweep(last ?? {});
  const { levels, rates, search } = { ...last, ...wanted };
  // A level sends at least one request per slot.
  const most = file.defaults.requests ?? Infinity;
  const searched = search?.objectives ?? [];
  const objectives = textOf(searched.length > 0 ? searched : objectivesOf(file));
  return {
    kind: wanted === undefined ? lastKind : kindOfSweep(wanted),
    load: (kind) =>
      ({
        levels: (levels ?? defaultLevels.filter((level) => level <= most)).join(','),
        rates: ratesAnswer(rates ?? defaultRates),
        searchConcurrency: objectives,
        searchRate: objectives,
      })[kind],
    bound: (by) => String((search?.by === by ? search.range : searchedRange[by])[1]),
    amount: (kind) => {
      if (last !== undefined && kind === lastKind) return sweepAmount(last);
      return searchedBy(kind) === undefined ? sweepAmount(file.defaults) : '';
    },
    plan,
  };
}
