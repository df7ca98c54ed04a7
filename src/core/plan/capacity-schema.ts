import * as v from 'valibot';
import { about, count } from '../schema.ts';

/** Concurrency of a level. */
export const concurrencyLevel = v.pipe(count, v.minValue(1));

/** One run of a capacity search; see `Trial`. */
export const trialSchema = v.object({
  concurrency: about('Concurrency of the run.', concurrencyLevel),
  outcome: about(
    "Outcome of the run. undecided: its intervals are on both sides of an objective, or don't exist.",
    v.picklist(['pass', 'fail', 'undecided']),
  ),
});

/** Result of a search; see `CapacityResult`. */
export const capacityResultSchema = v.object({
  capacity: about(
    "Highest level that meets the objectives; null if even the first doesn't.",
    v.nullable(concurrencyLevel),
  ),
  firstFailing: about(
    "Lowest level that doesn't meet the objectives; null if the last allowed level does.",
    v.nullable(concurrencyLevel),
  ),
  sure: about('Two runs agree on each side of the boundary.', v.boolean()),
});
