import { checked } from '../checked.ts';
import { makeSweepRecord } from './make-sweep.ts';
import { withRuns } from '../read-run.ts';
import { sweepPartsSchema } from '../schemas/sweep-schema.ts';
import { sweepSchema, type SweepRecord } from './sweep.ts';

/**
 * Returns a valid sweep. Computes its figures from the levels again, so they always match.
 * @throws LoadlensError for an invalid one
 */
export function readSweep(json: unknown): SweepRecord {
  return makeSweepRecord(
    checked(withRuns(json, ['levels', 'unfinished']), {
      name: sweepSchema,
      schema: sweepPartsSchema,
      noun: 'sweep',
      writtenBy: 'loadlens run --levels … --json',
      madeBy: 'sweep',
    }),
  );
}
