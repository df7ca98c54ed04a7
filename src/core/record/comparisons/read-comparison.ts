import { checked } from '../checked.ts';
import { comparisonSchemaName, type ComparisonRecord } from './comparison.ts';
import { comparisonRecordSchema } from '../schemas/comparison-schema.ts';

/**
 * Returns a valid comparison, without unknown members.
 * @throws LoadlensError for an invalid one
 */
export function readComparison(json: unknown): ComparisonRecord {
  return checked(json, {
    name: comparisonSchemaName,
    schema: comparisonRecordSchema,
    noun: 'comparison',
    writtenBy: 'loadlens ab --json',
    madeBy: 'comparison',
  });
}
