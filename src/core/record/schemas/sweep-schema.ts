import * as v from 'valibot';
import { capacityResultSchema, concurrencyLevel, trialSchema } from '../../plan/capacity-schema.ts';
import { about, amount } from '../../schema.ts';
import { objectiveSchema } from '../../vocabulary.ts';
import { sweepSchema } from '../sweeps/sweep.ts';
import { commonEntries, recordIdSchema, runSchema } from './run-schema.ts';

/** Search for the highest concurrency that meets the objectives. */
const capacitySearchSchema = v.object({
  objectives: about('Objectives to meet.', v.array(objectiveSchema)),
  from: about('Lowest level to try.', concurrencyLevel),
  to: about('Highest level to try.', concurrencyLevel),
  trials: about('Runs in order of measurement.', v.array(trialSchema)),
  ...capacityResultSchema.entries,
});

/** What a file of a sweep must have to be read. The rest is computed from its levels. */
export const sweepPartsSchema = v.object({
  schema: v.literal(sweepSchema),
  id: recordIdSchema,
  name: about('Name for people: the file or the single target.', v.string()),
  ...commonEntries,
  planned: about('Levels in the planned order.', v.array(concurrencyLevel)),
  coolDownMs: about('Pause between two levels, after the last response of a level.', amount),
  levels: about('Runs by concurrency. A capacity search may have several runs of a level.', v.array(runSchema)),
  unfinished: v.exactOptional(
    about('Run that was cut off when the sweep ended early, cancelled or crashed. In no figure.', runSchema),
  ),
  search: v.exactOptional(about('Capacity search only.', capacitySearchSchema)),
});
