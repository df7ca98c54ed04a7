import { compactRecord, withoutTargetCharts } from '../compact-run.ts';
import { makeThroughputSuite } from '../suites/make-suite.ts';
import type { ThroughputSuite } from '../suites/suite.ts';
import { makeSweepRecord } from './make-sweep.ts';
import type { SweepRecord } from './sweep.ts';
import type { RunRecord } from '../run.ts';

/** Steps that remove parts of a level, the least important first. */
const steps: readonly ((level: RunRecord) => RunRecord)[] = [
  (level) => compactRecord(level, 10),
  withoutTargetCharts,
  (level) => ({ ...level, timeline: { widthMs: 1, responses: [], failures: [], medianMs: [], p95Ms: [] } }),
  (level) => ({ ...level, latencyBins: { edgesMs: [], counts: [] } }),
  (level) => compactRecord({ ...level, failureSamples: level.failureSamples.slice(0, 1) }, 1),
];

/** Returns the approximate size of a record, bytes; nearly all of it is ASCII. */
const sizeOf = (record: object): number => JSON.stringify(record).length;

/** Keeps every level in compact form, and removes charts and targets step by step until the result fits. */
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

/**
 * Returns a copy of a sweep for the history. Its figures are computed from the remaining data, as when it is read
 * again.
 */
export function compactSweep(sweep: SweepRecord, maxBytes: number): SweepRecord {
  const { unfinished, ...rest } = sweep;
  const last = unfinished && { unfinished: compactRecord(unfinished, 10) };
  return compactLevels(rest.levels, (levels) => makeSweepRecord({ ...rest, ...last, levels }), maxBytes);
}

/** Returns a copy of a suite for the history; see `compactSweep`. */
export function compactSuite(suite: ThroughputSuite, maxBytes: number): ThroughputSuite {
  return compactLevels(suite.runs, (runs) => makeThroughputSuite({ ...suite, runs }), maxBytes);
}
