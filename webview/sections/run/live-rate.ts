import type { Snapshot } from '../../../src/core/metrics/types.ts';

/** Before so long a rate is that of the first few responses. */
const leastMs = 1000;
/** Of n responses the rate is off by up to one in n. */
const leastResponses = 10;

/** What stands in place of a rate that is too early. */
export const tooEarlyRemark = `after 1 s and ${String(leastResponses)} responses`;

/** Returns whether a run in progress has gone on for too short to have a rate. */
export function isTooEarly(snapshot: Snapshot | null): boolean {
  return snapshot === null || snapshot.elapsedMs < leastMs || snapshot.summary.responses < leastResponses;
}
