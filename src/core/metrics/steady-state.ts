import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import type { driftingNumbers, steadyStateSchema } from './schemas/precision-schema.ts';
import { driftOf } from './statistics/drift.ts';
import { settlingOf } from './statistics/trend.ts';
import type { Distribution, Numbers, Summary, Timeline } from './types.ts';

type Drifting = (typeof driftingNumbers)[number];

/** Whether a run became steady, and when. */
export interface SteadyState {
  /** Length of the transient at the start, ms from the start of the clock; 0 for a run that didn't settle. */
  readonly transientMs: number;
  /** False if the second half still drifts; null for a run that is too short to tell. */
  readonly settled: boolean | null;
  /** What drifts, and by which share of its mean over the second half of the run; absent if nothing does. */
  readonly drift?: { readonly of: Drifting; readonly share: number };
}

/** Result of an automatic warm-up. */
export type SteadyStateFacts = Frozen<v.InferOutput<typeof steadyStateSchema>>;

/** Minimum number of complete slices. */
const fewestSlices = 20;
/** Smallest drift over the second half that counts, as a share. */
const leastDrift = 0.05;

/**
 * Returns the transient at the start of a run, by MSER over slices of at least 20 responses on average (White, 1997; the
 * longer one of throughput and median latency), and whether the second half drifts: whether the interval of its slope
 * excludes 0 and the change is at least 5%.
 * @param untilMs time until which requests left, ms from the start of the clock
 */
export function steadyStateOf({ widthMs, responses, medianMs }: Timeline, untilMs: number): SteadyState {
  const complete = Math.min(responses.length, Math.floor(untilMs / widthMs + 1e-9));
  if (complete < fewestSlices) return { transientMs: 0, settled: null };
  // A slice without a response has the latency of the one before.
  let known = medianMs.find((value) => value !== null) ?? 0;
  const latency = medianMs.slice(0, complete).map((value) => (known = value ?? known));
  const throughput = responses.slice(0, complete);
  const drift = driftIn('throughput', throughput) ?? driftIn('latency', latency);
  if (drift !== undefined) return { transientMs: 0, settled: false, drift };
  return { transientMs: Math.max(settlingOf(throughput), settlingOf(latency)) * widthMs, settled: true };
}

function driftIn(of: Drifting, values: readonly number[]): SteadyState['drift'] {
  const drift = driftOf(values.slice(Math.floor(values.length / 2)));
  if (drift === null) return undefined;
  const [low, high] = drift.interval;
  return (low > 0 || high < 0) && Math.abs(drift.share) >= leastDrift ? { of, share: drift.share } : undefined;
}

/**
 * Returns the numbers without intervals, because those of a run without a steady state don't apply to any other run.
 */
export function withoutIntervals(summary: Summary): Summary {
  return {
    ...summary,
    ...unproven(summary),
    responseTimeMs: withoutInterval(summary.responseTimeMs),
    perTarget: summary.perTarget.map((numbers) => Object.assign({}, numbers, unproven(numbers))),
  };
}

const times = ['latencyMs', 'successLatencyMs', 'ttfbMs', 'ttftMs', 'iclMs', 'tpotMs', 'e2eMs', 'stallMs'] as const;

function unproven(numbers: Numbers): Partial<Numbers> {
  const found = times.flatMap((name) => {
    const distribution = numbers[name];
    return distribution === undefined ? [] : [[name, withoutInterval(distribution)] as const];
  });
  return Object.fromEntries(found);
}

const withoutInterval = (distribution: Distribution): Distribution => ({
  ...distribution,
  interval95: { median: null, p90: null, p95: null, p99: null, p999: null },
});
