import { checked } from '../checked.ts';
import { makeThroughputSuite } from './make-suite.ts';
import { withRuns } from '../read-run.ts';
import { throughputPartsSchema } from '../schemas/suite-schema.ts';
import { suiteSchema, type ThroughputSuite } from './suite.ts';

/**
 * Returns a valid result of the throughput suite. Computes everything derived from the runs again.
 * @throws LoadlensError for an invalid one
 */
export function readThroughputSuite(json: unknown): ThroughputSuite {
  return makeThroughputSuite(
    checked(withRuns(json, ['runs']), {
      name: suiteSchema,
      schema: throughputPartsSchema,
      noun: 'throughput suite',
      writtenBy: 'loadlens suite throughput',
      madeBy: 'suite',
    }),
  );
}
