import * as v from 'valibot';
import { about } from '../../schema.ts';
import { objectiveSchema } from '../../vocabulary.ts';
import { trialSchema } from '../capacity-schema.ts';

const ratePerS = v.pipe(v.number(), v.gtValue(0));

/** Search for the highest arrival rate that meets the objectives. */
export const rateSearchSchema = v.object({
  objectives: about('Objectives to meet.', v.array(objectiveSchema)),
  fromPerS: about('Lowest rate to try, requests/s.', ratePerS),
  toPerS: about('Highest rate to try, requests/s.', ratePerS),
  resolution: about('Rates that differ by less than this share of the lower one count as the same.', v.number()),
  trials: about(
    'Runs in order of measurement, without the first one, which sends all requests at once to find a rate to start from.',
    v.array(v.object({ ratePerS: about('Target rate of the run.', ratePerS), outcome: trialSchema.entries.outcome })),
  ),
  capacityPerS: about('Highest rate that meets the objectives; null if no tried one does.', v.nullable(ratePerS)),
  firstFailingPerS: about(
    "Lowest rate that doesn't meet the objectives; null if the last allowed one does.",
    v.nullable(ratePerS),
  ),
  sure: about('Two runs agree on each side of the boundary.', v.boolean()),
});
