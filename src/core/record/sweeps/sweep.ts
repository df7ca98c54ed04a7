import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { sweepRecordSchema } from '../schemas/sweep-record-schema.ts';

/** Schema name of a sweep's record. */
export const sweepSchema = 'loadlens.sweep/1';

/** Runs of a sweep and their common figures. */
export type SweepRecord = Frozen<v.InferOutput<typeof sweepRecordSchema>>;
