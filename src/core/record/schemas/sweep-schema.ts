import * as v from 'valibot';
import { capacityResultSchema, concurrencyLevel, trialSchema } from '../../plan/capacity-schema.ts';
import { rateSearchSchema } from '../../plan/rates/rate-search-schema.ts';
import { about, amount } from '../../schema.ts';
import { objectiveSchema } from '../../vocabulary.ts';
import { sweepSchema } from '../sweeps/sweep.ts';
import { commonEntries, recordIdSchema, runSchema } from './run-schema.ts';

const ratePerSSchema = v.pipe(v.number(), v.gtValue(0));

/** Search for the highest concurrency that meets the objectives. */
const capacitySearchSchema = v.object({
  objectives: about('Objectives to meet.', v.array(objectiveSchema)),
  from: about('Lowest level to try.', concurrencyLevel),
  to: about('Highest level to try.', concurrencyLevel),
  trials: about('Runs in order of measurement.', v.array(trialSchema)),
  ...capacityResultSchema.entries,
});

/** Levels of a sweep over arrival rates. */
const ratesSchema = v.object({
  planned: about(
    'Target rates in the planned order, requests/s; null: all requests at once.',
    v.array(v.nullable(ratePerSSchema)),
  ),
  skipped: about(
    "Rates above one that the server couldn't keep up with, so they weren't measured.",
    v.array(ratePerSSchema),
  ),
});

/** Required content of a sweep's file. The rest is computed from its levels. */
export const sweepPartsSchema = v.object({
  schema: v.literal(sweepSchema),
  id: recordIdSchema,
  name: about('Name for people: the file or the single target.', v.string()),
  ...commonEntries,
  planned: about('Levels in the planned order; empty for a sweep over arrival rates.', v.array(concurrencyLevel)),
  rates: v.exactOptional(about('Sweep over arrival rates only.', ratesSchema)),
  coolDownMs: about('Pause between two levels, after the last response of a level.', amount),
  levels: about('Runs by concurrency or rate. A capacity search may have several runs of a level.', v.array(runSchema)),
  unfinished: v.exactOptional(
    about('Run that was cut off when the sweep ended early, cancelled or crashed. In no figure.', runSchema),
  ),
  search: v.exactOptional(about('Capacity search by concurrency only.', capacitySearchSchema)),
  rateSearch: v.exactOptional(about('Capacity search by arrival rate only.', rateSearchSchema)),
});
