import { isTooShort, leastResponses } from '../../../src/core/metrics/rates.ts';
import type { Snapshot } from '../../../src/core/metrics/types.ts';

/** What stands in place of a rate that is too early. */
export const tooEarlyRemark = `after 1 s and ${String(leastResponses)} responses`;

/** Returns whether a run in progress has gone on for too short to have a rate. */
export const isTooEarly = (snapshot: Snapshot | null): boolean =>
  snapshot === null || isTooShort(snapshot.elapsedMs, snapshot.summary.responses);
