import { checkRateLevels } from '../core/plan/conversations.ts';
import { searchAfter, searchedPlan, type SearchInput } from '../core/plan/capacity-search.ts';
import { makeSearchRecord } from '../core/record/sweeps/make-search.ts';
import type { SweepRecord } from '../core/record/sweeps/sweep.ts';
import { withModels } from './discover-model.ts';
import { startSeries, type SeriesParts, type SweepHooks } from './sweep.ts';

/** Finds the highest concurrency or arrival rate that meets the objectives, in as few runs as certainty allows. */
export async function findCapacity(given: SearchInput, hooks: SweepHooks): Promise<SweepRecord> {
  const { plan } = given;
  const [input = given] = await withModels([given], hooks.signal, searchedPlan(plan, plan.range[0]));
  if (plan.by === 'rate') checkRateLevels(input.requests);
  const recordOf = (parts: SeriesParts): SweepRecord => makeSearchRecord(plan, parts);
  const series = startSeries(input, plan.coolDownMs, null, hooks, recordOf);
  for (;;) {
    const { next } = searchAfter(plan, series.parts().levels);
    const record = next.kind === 'try' ? await series.measure(searchedPlan(plan, next.level)) : undefined;
    if (record === undefined) return recordOf(series.parts());
  }
}
