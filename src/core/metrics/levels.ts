import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import type { levelFiguresSchema, sweepFiguresSchema } from './schemas/figures-schema.ts';
import { fitUsl } from './statistics/usl.ts';

/**
 * Input for the figures of a level. Rates and latency are of successes, so that fast failures don't look like speed.
 */
export interface LevelNumbers {
  readonly concurrency: number;
  readonly throughputPerS: number | null;
  readonly tokensPerS: number | null;
  readonly meanLatencyMs: number | null;
  readonly successRatio: number | null;
  /** Share of requests that met every objective, 0 to 1; null if no objective applies to single requests. */
  readonly sloAttainment: number | null;
  /** Whether the level met every objective; null without objectives. */
  readonly objectives: 'pass' | 'fail' | 'not enough data' | null;
  /** The same for objectives that don't limit single requests, such as the share of errors. */
  readonly totals: LevelNumbers['objectives'];
  /** The level was too short, or had too few responses, for its rate to support advice. */
  readonly isShort?: boolean;
}

/** Comparison of a level with concurrency 1. Figures are null if no level has concurrency 1 or a number is missing. */
export type LevelFigures = Frozen<v.InferOutput<typeof levelFiguresSchema>>;

/** Recommended concurrency, and the rule behind it. */
export type Recommendation = SweepFigures['recommended'];

/** Figures of a sweep beyond its levels; `levels` has one entry per level, in order. */
export type SweepFigures = Frozen<v.InferOutput<typeof sweepFiguresSchema>>;

/** Minimum share of requests that must succeed, or meet the objectives, for a level to be judged or recommended. */
const leastShare = 0.9;

/** Numbers of levels that differ by less than this share are too close to tell with one run per level. */
export const closeShare = 0.05;

/**
 * Returns whether a level is close to the limit of a good trade-off, where throughput and latency grow by the same factor
 * against concurrency 1.
 */
export const isCloseTradeOff = ({ tradeOff, scalingFactor, latencyPenalty }: LevelFigures): boolean =>
  tradeOff !== null && Math.abs(Math.log((scalingFactor ?? 1) / (1 + (latencyPenalty ?? 0)))) < Math.log1p(closeShare);

/**
 * Returns the figures of a sweep; docs/metrics.md has the formulas.
 * @param capacity what a search found: 90% of the requests may meet the objectives at a level that it didn't confirm, so only its
 *   capacity is recommended. Null if it found none; undefined for a sweep of fixed levels
 */
export function sweepFigures(levels: readonly LevelNumbers[], capacity?: number | null): SweepFigures {
  const single = levels.find(({ concurrency }) => concurrency === 1);
  const figures = levels.map((level) => levelFigures(level, single));
  const recommended: Recommendation =
    capacity === undefined ? recommend(levels, figures) : { concurrency: capacity, rule: 'capacity' };
  const { fit, note } = fitUsl(
    levels
      .filter(succeeds)
      .map(({ concurrency, throughputPerS }) => ({ concurrency, throughputPerS: throughputPerS ?? 0 })),
  );
  return { levels: figures, recommended, usl: fit, uslNote: note };
}

/** Returns whether enough requests of a level succeeded for its rate and latency to describe the server. */
export function succeeds({ successRatio }: Pick<LevelNumbers, 'successRatio'>): boolean {
  return (successRatio ?? 0) >= leastShare;
}

function levelFigures(level: LevelNumbers, single: LevelNumbers | undefined): LevelFigures {
  const { concurrency } = level;
  const scalingFactor = ratio(level.throughputPerS, single?.throughputPerS);
  const latencyFactor = ratio(level.meanLatencyMs, single?.meanLatencyMs);
  const throughputGain = scalingFactor === null ? null : scalingFactor - 1;
  const latencyPenalty = latencyFactor === null ? null : latencyFactor - 1;
  const comparable = concurrency > 1 && succeeds(level) && throughputGain !== null && latencyPenalty !== null;
  const tradeOffRatio = comparable && latencyPenalty > 0 ? throughputGain / latencyPenalty : null;
  return {
    concurrency,
    scalingFactor,
    efficiency: scalingFactor === null ? null : scalingFactor / concurrency,
    tokenScalingFactor: ratio(level.tokensPerS, single?.tokensPerS),
    throughputGain,
    latencyPenalty,
    tradeOffRatio,
    // If latency didn't rise, there is no ratio, and any gain is good.
    tradeOff: !comparable ? null : (tradeOffRatio === null ? throughputGain > 0 : tradeOffRatio >= 1) ? 'good' : 'poor',
    sound: (level.sloAttainment ?? level.successRatio ?? 0) >= leastShare,
  };
}

/**
 * Returns the recommended concurrency of fixed levels, null if no level qualifies.
 *
 * - With objectives: the highest level at which 90% of the requests meet them, and that violates none on totals, such as
 *   the share of errors. If no objective applies to single requests, the highest level that meets them all.
 * - Without objectives: the highest level with a good trade-off, or 1 if there is none. If any level was too short, none:
 *   its trade-off isn't reliable.
 */
function recommend(levels: readonly LevelNumbers[], figures: readonly LevelFigures[]): Recommendation {
  const withObjectives = levels.some(({ objectives }) => objectives !== null);
  const hasShortLevel = levels.some((level) => level.isShort === true);
  const qualified = figures.filter((figure, index) => {
    if (!figure.sound) return false;
    if (!withObjectives && hasShortLevel) return false;
    if (!withObjectives) return figure.tradeOff === 'good' || figure.concurrency === 1;
    const level = levels[index];
    if (level === undefined || level.totals === 'fail') return false;
    return level.sloAttainment !== null || level.objectives === 'pass';
  });
  return {
    concurrency: qualified.length === 0 ? null : Math.max(...qualified.map(({ concurrency }) => concurrency)),
    rule: withObjectives ? 'objectives' : 'trade-off',
  };
}

function ratio(value: number | null, base: number | null | undefined): number | null {
  return value === null || base === null || base === undefined || base <= 0 ? null : value / base;
}

/**
 * Returns the knee: the concurrency with the highest power (Kleinrock), which is throughput / mean latency. Below it,
 * capacity is idle; above it, requests mostly queue. Returns null with fewer than three different levels, and if the
 * highest level has the maximum, because the knee wasn't reached.
 */
export function kneeOf(
  levels: readonly Pick<LevelNumbers, 'concurrency' | 'throughputPerS' | 'meanLatencyMs'>[],
): number | null {
  const powers = levels.flatMap(({ concurrency, throughputPerS, meanLatencyMs }) =>
    throughputPerS === null || meanLatencyMs === null || meanLatencyMs <= 0
      ? []
      : [{ concurrency, power: throughputPerS / meanLatencyMs }],
  );
  const tested = new Set(powers.map(({ concurrency }) => concurrency));
  if (tested.size < 3) return null;
  const { concurrency } = powers.reduce((best, level) => (level.power > best.power ? level : best));
  return concurrency === Math.max(...tested) ? null : concurrency;
}
