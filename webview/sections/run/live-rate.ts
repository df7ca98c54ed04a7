import { isTooShort, leastResponses } from '../../../src/core/metrics/rates.ts';
import type { Snapshot } from '../../../src/core/metrics/types.ts';

/** Placeholder for a rate before there is enough data. */
export const tooEarlyRemark = `after 1 s and ${String(leastResponses)} responses`;

/** Returns whether a run in progress is too short for a rate. */
export const isTooEarly = (snapshot: Snapshot | null): boolean =>
  snapshot === null || isTooShort(snapshot.elapsedMs, snapshot.summary.responses);
