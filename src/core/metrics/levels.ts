import { fitUsl, type UslFit } from './statistics/usl.ts';

/** What the figures of a level are made of. Rates and latency are of successes: fast failures must not look like speed. */
export interface LevelNumbers {
  readonly concurrency: number;
  readonly throughputPerS: number | null;
  readonly tokensPerS: number | null;
  readonly meanLatencyMs: number | null;
  readonly successRatio: number | null;
  /** Share of requests that met every objective; null where no objective is about single requests. */
  readonly sloAttainment: number | null;
  /** Whether the level as a whole met every objective; null without objectives. */
  readonly objectives: 'pass' | 'fail' | 'not enough data' | null;
}

/** How a level compares with concurrency 1. Null where there is no level 1, or nothing to compare. */
export interface LevelFigures {
  readonly concurrency: number;
  readonly scalingFactor: number | null;
  readonly efficiency: number | null;
  readonly tokenScalingFactor: number | null;
  readonly throughputGain: number | null;
  readonly latencyPenalty: number | null;
  /** gain / penalty; null at level 1, where latency did not rise, and where there is no trade-off. */
  readonly tradeOffRatio: number | null;
  /** Null at level 1 and where fewer than 90 % of the requests succeeded: what few successes gained is no gain. */
  readonly tradeOff: 'good' | 'poor' | null;
  /** At least 90 % of its requests met the objectives, or succeeded where there is no objective. */
  readonly sound: boolean;
}

/** Which concurrency to use, and by which rule. */
export interface Recommendation {
  readonly concurrency: number | null;
  readonly rule: 'objectives' | 'trade-off';
}

/** What a sweep says beyond the numbers of its levels; `levels` has one entry for each, in their order. */
export interface SweepFigures {
  readonly levels: readonly LevelFigures[];
  readonly recommended: Recommendation;
  readonly usl: UslFit | null;
  /** Why there is no fit; empty when there is one. */
  readonly uslNote: string;
}

/** The share of requests that must be good for a level to be recommended. */
const neededAttainment = 0.9;

/** The figures of a sweep; see docs/metrics.md. */
export function sweepFigures(levels: readonly LevelNumbers[]): SweepFigures {
  const single = levels.find(({ concurrency }) => concurrency === 1);
  const figures = levels.map((level) => levelFigures(level, single));
  const { fit, note } = fitUsl(
    levels
      .filter(succeeds)
      .map(({ concurrency, throughputPerS }) => ({ concurrency, throughputPerS: throughputPerS ?? 0 })),
  );
  return { levels: figures, recommended: recommend(levels, figures), usl: fit, uslNote: note };
}

/** Whether so many requests of a level succeeded that its rate and latency say what the server can do. */
export function succeeds({ successRatio }: Pick<LevelNumbers, 'successRatio'>): boolean {
  return (successRatio ?? 0) >= neededAttainment;
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
    // Where latency did not rise nothing was paid: then any gain is good.
    tradeOff: !comparable ? null : (tradeOffRatio === null ? throughputGain > 0 : tradeOffRatio >= 1) ? 'good' : 'poor',
    sound: (level.sloAttainment ?? level.successRatio ?? 0) >= neededAttainment,
  };
}

/**
 * With objectives: the largest level at which 90 % of the requests meet them (an objective that is about no single request,
 * such as a throughput, must be met by the level). Without: the largest whose trade-off is good; level 1 when none is.
 */
function recommend(levels: readonly LevelNumbers[], figures: readonly LevelFigures[]): Recommendation {
  const withObjectives = levels.some(({ objectives }) => objectives !== null);
  const fits = figures.filter((figure, index) => {
    if (!figure.sound) return false;
    if (!withObjectives) return figure.tradeOff === 'good' || figure.concurrency === 1;
    const level = levels[index];
    return level !== undefined && (level.sloAttainment !== null || level.objectives === 'pass');
  });
  return {
    concurrency: fits.length === 0 ? null : Math.max(...fits.map(({ concurrency }) => concurrency)),
    rule: withObjectives ? 'objectives' : 'trade-off',
  };
}

function ratio(value: number | null, base: number | null | undefined): number | null {
  return value === null || base === null || base === undefined || base <= 0 ? null : value / base;
}

/**
 * The knee: the level with the most throughput for its latency (Kleinrock's power, throughput / mean latency). Below it capacity
 * lies idle, above it requests mostly wait. Null with fewer than three different levels to choose from, and where the highest
 * of them has the most: then the knee was not reached.
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
