import * as v from 'valibot';
import { about, amount, numberOrNull, type Frozen } from './schema.ts';

/** Where the limit of a relative objective comes from: `p95 < baseline + 5%`. */
const relationSchema = v.object({
  change: about("Added to the baseline's value: a share of it; for errors, a ratio. Negative: subtracted.", v.number()),
  name: v.exactOptional(about('Name of the baseline. Absent until a run has looked for it.', v.string())),
  value: v.exactOptional(
    about("Value of the baseline, the median of its runs, in the metric's unit. Absent if there is none.", v.number()),
  ),
  host: v.exactOptional(about('Machine of the baseline, if it is another one.', v.string())),
  problem: v.exactOptional(about('Why the objective was not judged; absent if it was.', v.string())),
});

export const objectiveSchema = about(
  'A service level objective (SLO).',
  v.object({
    metric: about(
      'p50, p90, p95, p99, p99.9, mean, max (of latency), the same of another time (response.p95, ttft.p95), errors, or throughput.',
      v.string(),
    ),
    operator: about('How the measured value is compared.', v.picklist(['<', '<=', '>', '>='])),
    value: about(
      "In the metric's unit: milliseconds, a ratio from 0 to 1, or requests per second. Null for a relative objective without a baseline, which was not judged.",
      numberOrNull,
    ),
    text: about('As written by the user.', v.string()),
    baseline: v.exactOptional(about('Baseline of a relative objective; absent for others.', relationSchema)),
  }),
);
/** An SLO: `p95 < 500ms`, `errors < 1%`, or `p95 < baseline + 5%`. */
export type Objective = Frozen<v.InferOutput<typeof objectiveSchema>>;

export const precisionGoalSchema = v.object({
  metric: about('As in objectives: p95, mean, throughput, ttft.p95, but not max or errors.', v.string()),
  share: about('Largest distance of an end of the interval from the value, as a share of the value.', v.number()),
  text: about('For display.', v.string()),
});
/** A precision at which a run ends: `p95 ±5%`. */
export type PrecisionGoal = Frozen<v.InferOutput<typeof precisionGoalSchema>>;

export const verdictSchema = v.object({
  objective: objectiveSchema,
  target: v.exactOptional(about('Name of its target; absent for an objective of the whole run.', v.string())),
  outcome: about('Too few samples are never a pass.', v.picklist(['pass', 'fail', 'not enough data'])),
  actual: about("Measured value in the objective's unit; null if there is none.", numberOrNull),
});
/** The outcome of an objective. */
export type Verdict = Frozen<v.InferOutput<typeof verdictSchema>>;

/** Arrival processes of the open model: equal gaps, or a Poisson process. */
export const arrivalProcesses = ['constant', 'poisson', 'gamma'] as const;
export type ArrivalProcess = (typeof arrivalProcesses)[number];

export const stageSchema = v.object({
  fromPerS: about('Requests per second at the start.', amount),
  toPerS: about('Requests per second at the end.', amount),
  durationS: about('Null: until the run ends. Both rates are then the same, and it is the last stage.', numberOrNull),
});
/** A part of an open-model run in which the arrival rate changes linearly. */
export type Stage = Frozen<v.InferOutput<typeof stageSchema>>;

/** Transports: the built-in HTTP client (raw), or undici. */
export const transportNames = ['raw', 'undici'] as const;
export type TransportName = (typeof transportNames)[number];
