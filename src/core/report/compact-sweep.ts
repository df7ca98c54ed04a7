import { compactRecord } from './compact.ts';
import { makeSweepRecord } from './sweep-record.ts';
import type { SweepRecord } from './sweep-types.ts';
import type { RunRecord } from './types.ts';

/** What of a level may go, the least missed first. */
const steps: readonly ((level: RunRecord) => RunRecord)[] = [
  (level) => compactRecord(level, 10),
  (level) => ({ ...level, timeline: { widthMs: 1, responses: [], failures: [], medianMs: [], p95Ms: [] } }),
  (level) => ({ ...level, latencyBins: { edgesMs: [], counts: [] } }),
  (level) => compactRecord({ ...level, failureSamples: [] }, 1),
];

/** The size of a record as it is kept, near enough: nearly all of it is ASCII. */
const sizeOf = (record: object): number => JSON.stringify(record).length;

/**
 * A copy of a sweep for the history: every level is kept, compacted, and gives up its charts and targets step by step until
 * the whole fits. Its figures are made from what is left, as they are when it is read back.
 */
export function compactSweep(sweep: SweepRecord, maxBytes: number): SweepRecord {
  let small = sweep;
  for (const step of steps) {
    small = makeSweepRecord({ ...small, levels: small.levels.map(step) });
    if (sizeOf(small) <= maxBytes) break;
  }
  return small;
}
