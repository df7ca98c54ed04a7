import { compactRecord } from './compact-run.ts';
import { makeThroughputSuite } from './make-suite.ts';
import type { ThroughputSuite } from './suite.ts';
import { makeSweepRecord } from './make-sweep.ts';
import type { SweepRecord } from './sweep.ts';
import type { RunRecord } from './run.ts';

/** What of a level may go, the least missed first. */
const steps: readonly ((level: RunRecord) => RunRecord)[] = [
  (level) => compactRecord(level, 10),
  (level) => ({ ...level, timeline: { widthMs: 1, responses: [], failures: [], medianMs: [], p95Ms: [] } }),
  (level) => ({ ...level, latencyBins: { edgesMs: [], counts: [] } }),
  (level) => compactRecord({ ...level, failureSamples: level.failureSamples.slice(0, 1) }, 1),
];

/** The size of a record as it is kept, near enough: nearly all of it is ASCII. */
const sizeOf = (record: object): number => JSON.stringify(record).length;

/** Every level is kept, compacted, and gives up its charts and targets step by step until the whole fits. */
function compactLevels<T extends object>(
  levels: readonly RunRecord[],
  make: (levels: readonly RunRecord[]) => T,
  maxBytes: number,
): T {
  let small = levels;
  for (const step of steps) {
    small = small.map(step);
    const made = make(small);
    if (sizeOf(made) <= maxBytes) return made;
  }
  return make(small);
}

/** A copy of a sweep for the history. Its figures are made from what is left, as they are when it is read back. */
export function compactSweep(sweep: SweepRecord, maxBytes: number): SweepRecord {
  const { unfinished, ...rest } = sweep;
  const last = unfinished && { unfinished: compactRecord(unfinished, 10) };
  return compactLevels(rest.levels, (levels) => makeSweepRecord({ ...rest, ...last, levels }), maxBytes);
}

/** A copy of a suite for the history, as compactSweep makes it. */
export function compactSuite(suite: ThroughputSuite, maxBytes: number): ThroughputSuite {
  return compactLevels(suite.runs, (runs) => makeThroughputSuite({ ...suite, runs }), maxBytes);
}
