import { isTooShort } from '../../metrics/rates.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import { sweepFigures, type LevelNumbers } from '../../metrics/levels.ts';
import { limitsRequests } from '../../plan/objectives.ts';
import { capacitySentences } from './capacity-sentences.ts';
import { sweepSchema, type SweepRecord } from './sweep.ts';
import type { RunPlan } from '../../plan/types.ts';
import type { RunRecord } from '../run.ts';

/** Parts of a sweep; the rest is computed from its levels. */
export type SweepParts = Omit<SweepRecord, 'schema' | 'figures' | 'capacity'>;

/** Returns the record of a sweep: its runs and their figures. */
export function makeSweepRecord(parts: SweepParts): SweepRecord {
  const levels = parts.levels.toSorted((a, b) => placeOf(a) - placeOf(b));
  const figures = sweepFigures(parts.rates === undefined ? levels.map(levelNumbers) : [], parts.search?.capacity);
  const record = { schema: sweepSchema, ...parts, levels, figures } as const;
  return { ...record, capacity: capacitySentences(record) };
}

/** Returns the concurrency or target rate of a level, by which levels are ordered. An infinite rate comes last. */
export const placeOf = ({ plan }: RunRecord): number =>
  Math.min(Number.MAX_VALUE, targetRatePerS(plan) ?? plan.concurrency);

/** Returns the input for a level's figures: rates and latency of successes. */
function levelNumbers(record: RunRecord): LevelNumbers {
  // An objective that can't be judged says nothing about the level.
  const judged = record.objectives.filter(({ objective }) => objective.baseline?.problem === undefined);
  return {
    concurrency: record.plan.concurrency,
    throughputPerS: record.successThroughputPerS,
    tokensPerS: record.outputTokensPerS,
    meanLatencyMs: record.successLatencyMs.mean,
    successRatio: record.successRatio,
    sloAttainment: record.sloAttainment,
    isShort: isTooShort(record.totalMs, record.responses),
    objectives: worstOf(judged),
    totals: worstOf(judged.filter(({ objective }) => !limitsRequests(objective))),
  };
}

/** Returns the worst outcome; null without a verdict. */
function worstOf(verdicts: RunRecord['objectives']): LevelNumbers['objectives'] {
  if (verdicts.length === 0) return null;
  const outcomes = new Set(verdicts.map(({ outcome }) => outcome));
  return (['fail', 'not enough data'] as const).find((worse) => outcomes.has(worse)) ?? 'pass';
}

/** Returns the planned levels of a sweep in the form of its record. */
export function plannedLevels(
  levels: readonly RunPlan[],
  skipped: readonly number[],
): Pick<SweepParts, 'planned' | 'rates'> {
  const rates = levels.map(targetRatePerS).filter((rate) => rate !== null);
  if (rates.length === 0) return { planned: levels.map(({ concurrency }) => concurrency) };
  return {
    planned: [],
    rates: { planned: rates.map((rate) => (rate === Infinity ? null : rate)), skipped: [...skipped] },
  };
}
