import { checkRateLevels } from '../core/plan/conversations.ts';
import { resultOfTrials, trialOutcome } from '../core/plan/capacity.ts';
import {
  nextRate,
  rateOutcome,
  rateResolution,
  type RateSearch,
  type RateTrial,
} from '../core/plan/rates/rate-search.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import { makeSweepRecord } from '../core/record/sweeps/make-sweep.ts';
import type { SweepRecord } from '../core/record/sweeps/sweep.ts';
import type { Objective } from '../core/vocabulary.ts';
import { withModels } from './discover-model.ts';
import { startSeries, type SeriesParts, type SweepHooks } from './sweep.ts';

/** Input of a capacity search by arrival rate. */
export interface RateSearchInput extends Omit<RunInput, 'plan'> {
  readonly objectives: readonly Objective[];
  readonly range: readonly [fromPerS: number, toPerS: number];
  readonly coolDownMs: number;
  /** Returns the plan of a run at a rate, or with all requests at once. */
  readonly planOf: (ratePerS: number) => RunPlan;
}

/**
 * Finds the highest arrival rate that meets the objectives. The first run sends all requests at once: no rate above its
 * throughput lasts, so the search starts at half of it.
 */
export async function findRate(given: RateSearchInput, hooks: SweepHooks): Promise<SweepRecord> {
  const { objectives, range, coolDownMs, planOf } = given;
  const [input = given] = await withModels([given], hooks.signal, planOf(Infinity));
  checkRateLevels(input.requests);
  const trials: RateTrial[] = [];
  const recordOf = (
    parts: SeriesParts,
    result?: { capacity: number | null; firstFailing: number | null; sure: boolean },
  ) => {
    const { capacity, firstFailing, sure } = result ?? {
      ...resultOfTrials(trials.map(({ ratePerS, outcome }) => ({ level: ratePerS, outcome }))),
      sure: false,
    };
    const rateSearch: RateSearch = {
      objectives,
      fromPerS: range[0],
      toPerS: range[1],
      resolution: rateResolution,
      trials: [...trials],
      capacityPerS: capacity,
      firstFailingPerS: firstFailing,
      sure,
    };
    const planned = [null, ...trials.map(({ ratePerS }) => ratePerS)];
    return makeSweepRecord({ ...parts, coolDownMs, planned: [], rates: { planned, skipped: [] }, rateSearch });
  };
  const series = startSeries(input, coolDownMs, null, hooks, recordOf);
  const atOnce = await series.measure(planOf(Infinity));
  const startPerS = (atOnce?.successThroughputPerS ?? 0) / 2;
  for (;;) {
    if (atOnce === undefined) return recordOf(series.parts());
    const step = nextRate(trials, range, startPerS);
    const record = step.kind === 'try' ? await series.measure(planOf(step.level)) : undefined;
    if (step.kind === 'done' || record === undefined) {
      return recordOf(series.parts(), step.kind === 'done' ? step.result : undefined);
    }
    const outcome = rateOutcome(trialOutcome(objectives, record), record.saturation?.overSaturated);
    trials.push({ ratePerS: step.level, outcome });
  }
}
