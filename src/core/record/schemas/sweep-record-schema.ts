import * as v from 'valibot';
import { sweepFiguresSchema } from '../../metrics/schemas/figures-schema.ts';
import { about } from '../../schema.ts';
import { sweepPartsSchema } from './sweep-schema.ts';

/** A sweep; see `SweepRecord`. */
export const sweepRecordSchema = v.object({
  ...sweepPartsSchema.entries,
  figures: about('Figures of the levels together.', sweepFiguresSchema),
  capacity: about('Meaning of the levels in plain sentences.', v.array(v.string())),
});
