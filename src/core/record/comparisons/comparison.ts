import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type {
  comparisonRecordSchema,
  comparisonServerSchema,
  comparisonSliceSchema,
} from '../schemas/comparison-schema.ts';

/** Schema name of a comparison's record. */
export const comparisonSchemaName = 'loadlens.comparison/1';

/** Maximum number of targets that a side of a record lists. */
export const mostTargets = 100;

/** A comparison of A and B with every slice. */
export type ComparisonRecord = Frozen<v.InferOutput<typeof comparisonRecordSchema>>;
/** One slice of an interleaved comparison, or one kept run. */
export type ComparisonSlice = Frozen<v.InferOutput<typeof comparisonSliceSchema>>;
/** A server that was started for one side. */
export type ComparisonServer = Frozen<v.InferOutput<typeof comparisonServerSchema>>;
