import { isTooShort } from '../../metrics/rates.ts';
import { sweepFigures, type LevelNumbers } from '../../metrics/levels.ts';
import { capacitySentences } from './capacity-sentences.ts';
import { sweepSchema, type SweepRecord } from './sweep.ts';
import type { RunRecord } from '../run.ts';

/** Parts of a sweep; the rest is computed from its levels. */
export type SweepParts = Omit<SweepRecord, 'schema' | 'figures' | 'capacity'>;

/** Returns the record of a sweep: its runs and their figures. */
export function makeSweepRecord(parts: SweepParts): SweepRecord {
  const levels = parts.levels.toSorted((a, b) => a.plan.concurrency - b.plan.concurrency);
  const figures = sweepFigures(levels.map(levelNumbers));
  const record = { schema: sweepSchema, ...parts, levels, figures } as const;
  return { ...record, capacity: capacitySentences(record) };
}

/** Returns the input for a level's figures: rates and latency of successes. */
function levelNumbers(record: RunRecord): LevelNumbers {
  // An objective that can't be judged says nothing about the level.
  const judged = record.objectives.filter(({ objective }) => objective.baseline?.problem === undefined);
  const outcomes = judged.map(({ outcome }) => outcome);
  return {
    concurrency: record.plan.concurrency,
    throughputPerS: record.successThroughputPerS,
    tokensPerS: record.outputTokensPerS,
    meanLatencyMs: record.successLatencyMs.mean,
    successRatio: record.successRatio,
    sloAttainment: record.sloAttainment,
    isShort: isTooShort(record.totalMs, record.responses),
    objectives:
      outcomes.length === 0
        ? null
        : ((['fail', 'not enough data'] as const).find((worse) => outcomes.includes(worse)) ?? 'pass'),
  };
}
