import * as v from 'valibot';
import { isTooShort } from '../metrics/rates.ts';
import { sweepFigures, type LevelNumbers } from '../metrics/levels.ts';
import { capacitySentences } from './capacity-sentences.ts';
import { checked } from './checked.ts';
import { readRecord } from './read-run.ts';
import { sweepSchema, type SweepRecord } from './sweep.ts';
import type { RunRecord } from './run.ts';

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
  const outcomes = record.objectives.map(({ outcome }) => outcome);
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

const objective = v.object({
  metric: v.string(),
  operator: v.picklist(['<', '<=', '>', '>=']),
  value: v.number(),
  text: v.string(),
});
const level = v.pipe(v.number(), v.integer(), v.minValue(1));
const sweep = v.object({
  schema: v.literal(sweepSchema),
  id: v.string(),
  name: v.string(),
  startedAt: v.string(),
  status: v.picklist(['completed', 'cancelled', 'crashed']),
  stopReason: v.exactOptional(v.string()),
  planned: v.array(level),
  coolDownMs: v.number(),
  levels: v.array(v.unknown()),
  unfinished: v.exactOptional(v.unknown()),
  search: v.exactOptional(
    v.object({
      objectives: v.array(objective),
      from: level,
      to: level,
      trials: v.array(v.object({ concurrency: level, outcome: v.picklist(['pass', 'fail', 'undecided']) })),
      capacity: v.nullable(level),
      firstFailing: v.nullable(level),
      sure: v.boolean(),
    }),
  ),
});

/**
 * Returns a valid sweep. Computes its figures from the levels again, so they always match.
 * @throws LoadlensError for an invalid one
 */
export function readSweep(json: unknown): SweepRecord {
  const kept = checked(json, {
    name: sweepSchema,
    schema: sweep,
    noun: 'sweep',
    writtenBy: 'loadlens run --levels … --json',
    madeBy: 'sweep',
  });
  const { levels, unfinished, ...rest } = kept;
  return makeSweepRecord({
    ...rest,
    levels: levels.map(readRecord),
    ...(unfinished === undefined ? {} : { unfinished: readRecord(unfinished) }),
  });
}
