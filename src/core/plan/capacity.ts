import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import type { capacityResultSchema, trialSchema } from './capacity-schema.ts';
import { largestOf } from '../extremes.ts';
import { formatCount } from '../format.ts';
import { leastCount, quantileShares } from '../metrics/statistics/quantiles.ts';
import type { Distribution } from '../metrics/types.ts';
import { isShare, quantileOf } from '../values/objective-metrics.ts';
import { isWithinBound } from '../values/bounds.ts';
import { countedByRequest, evaluateObjectives, neededCounts, otherTimeOf, type Measured } from './objectives.ts';
import type { Objective } from '../vocabulary.ts';

/** Outcome of one run of a level. `undecided`: its intervals are on both sides of the objective or don't exist. */
export type TrialOutcome = Trial['outcome'];

/** One run of a capacity search. */
export type Trial = Frozen<v.InferOutput<typeof trialSchema>>;

/** Result of a search: the highest level that meets the objectives, and the lowest that doesn't. */
export type CapacityResult = Frozen<v.InferOutput<typeof capacityResultSchema>>;

/** Levels that differ by less than this share of the lower one count as the same. */
const precision = 0.05;
/** Number of agreeing runs that settle a level at the boundary. */
const agreeing = 2;

const fewestRequests = 60;
/** At the minimum count, an interval reaches up to the largest sample. Twice as many samples narrow it. */
const sparePart = 2;

type LevelState = 'pass' | 'fail' | 'open';

/** Outcome of one run of a level, whatever its levels are: concurrency or arrival rates. */
export interface LevelTrial {
  readonly level: number;
  readonly outcome: TrialOutcome;
}

/** Next level to try, or the result. */
export type NextLevel = TriedLevel | { readonly kind: 'done'; readonly result: CapacityResult };

/** The next level to try, and why. */
export interface TriedLevel {
  readonly kind: 'try';
  readonly level: number;
  /**
   * `start`: no level has been tried. `again`: its runs are undecided or disagree. `higher`: the highest level so far passed.
   * `lower`: the lowest failed. `between`: two levels at the boundary aren't neighbors yet. `confirm`: they are, and have one run.
   */
  readonly reason: 'start' | 'again' | 'higher' | 'lower' | 'between' | 'confirm';
  /** Highest level that passes so far; null without one. */
  readonly passing: number | null;
  /** Lowest level that fails so far; null without one. */
  readonly failing: number | null;
}

/** Levels of a search. */
interface Scale {
  readonly first: number;
  readonly last: number;
  /** Level of the first run. */
  readonly start: number;
  /** Returns the level to try if the lowest one so far fails; at least the first is tried. */
  readonly below: (level: number) => number;
  /** Returns the level to try between two; null if they count as neighbors. */
  readonly between: (low: number, high: number) => number | null;
}

/**
 * Returns the next step of a search: doubling until a level fails, then bisection, then one more run of the two levels
 * at the boundary. The majority of its runs decides a level; an undecided run isn't a pass. If two runs disagree, a
 * third decides. Assumes that all levels above a failing one fail.
 */
export function nextLevel(trials: readonly LevelTrial[], { first, last, start, below, between }: Scale): NextLevel {
  const states = statesOf(trials);
  const open = states.find(({ state }) => state === 'open');
  const high = states.find(({ state }) => state === 'fail')?.level ?? null;
  const low = states.findLast(({ level, state }) => state === 'pass' && level < (high ?? Infinity))?.level ?? null;

  const tryNext = (level: number, reason: TriedLevel['reason']): TriedLevel => ({
    kind: 'try',
    level,
    reason,
    passing: low,
    failing: high,
  });

  if (open !== undefined) return tryNext(open.level, 'again');
  if (low === null && high === null) return tryNext(start, 'start');
  if (high === null && low !== null && low < last) return tryNext(Math.min(last, low * 2), 'higher');
  if (low === null && high !== null && high > first) return tryNext(Math.max(first, below(high)), 'lower');
  const middle = low === null || high === null ? null : between(low, high);
  if (middle !== null) return tryNext(middle, 'between');
  const toConfirm = [low, high].find((level) => level !== null && runsOf(trials, level).length < agreeing);
  if (toConfirm !== undefined && toConfirm !== null) return tryNext(toConfirm, 'confirm');
  const sure = [low, high].every((level) => level === null || agrees(runsOf(trials, level)));
  return { kind: 'done', result: { capacity: low, firstFailing: high, sure } };
}

/** Returns the next step of a search by concurrency. */
export const nextConcurrency = (trials: readonly LevelTrial[], [first, last]: readonly [number, number]): NextLevel =>
  nextLevel(trials, {
    first,
    last,
    start: first,
    below: () => first,
    between: (low, high) =>
      high - low > Math.max(1, Math.floor(low * precision)) ? Math.floor((low + high) / 2) : null,
  });

/** Returns the result of a search that was canceled: an open level, as one with two runs that disagree, hasn't passed. */
export function resultOfTrials(trials: readonly LevelTrial[]): Pick<CapacityResult, 'capacity' | 'firstFailing'> {
  const states = statesOf(trials);
  const firstFailing = states.find(({ state }) => state !== 'pass')?.level ?? null;
  const passing = states.findLast(({ level, state }) => state === 'pass' && level < (firstFailing ?? Infinity));
  return { capacity: passing?.level ?? null, firstFailing };
}

/** Returns the levels in ascending order with what their runs say so far. */
function statesOf(trials: readonly LevelTrial[]): { readonly level: number; readonly state: LevelState }[] {
  const levels = [...new Set(trials.map(({ level }) => level))].toSorted((a, b) => a - b);
  return levels.map((level) => ({ level, state: stateOf(trials, level) }));
}

const runsOf = (trials: readonly LevelTrial[], at: number): TrialOutcome[] =>
  trials.filter(({ level }) => level === at).map(({ outcome }) => outcome);

function stateOf(trials: readonly LevelTrial[], level: number): LevelState {
  const runs = runsOf(trials, level);
  const passes = runs.filter((outcome) => outcome === 'pass').length;
  const others = runs.length - passes;
  if (runs.length === 1) return runs[0] === 'undecided' ? 'open' : passes === 1 ? 'pass' : 'fail';
  if (passes === others) return 'open';
  return passes > others ? 'pass' : 'fail';
}

/** The first two runs of a level agree, and neither is undecided. */
const agrees = (runs: readonly TrialOutcome[]): boolean => runs[0] === runs[1] && runs[0] !== 'undecided';

/**
 * Returns how many requests a run needs if all of them meet an objective on a share. Wilson's interval then reaches up to
 * z² / (n + z²) failures. Infinity if no failure is allowed: no number of requests rules out a rare one.
 */
const leastForShare = ({ metric, value }: Objective): number => {
  const failed = value === null ? 1 : metric === 'errors' ? value : 1 - value;
  return Math.floor((normal95 ** 2 * (1 - failed)) / failed) + 1;
};

/** Returns how many requests a run needs for the interval of each objective. */
export function requestsToJudge(objectives: readonly Objective[]): number {
  const needed = objectives.map((objective) => {
    const { metric } = objective;
    if (isShare(metric)) return leastForShare(objective);
    const quantile = quantileOf[metric.slice(metric.lastIndexOf('p'))];
    return quantile === undefined ? 1 : sparePart * leastCount(quantileShares[quantile]);
  });
  return Math.max(fewestRequests, largestOf(needed.filter(Number.isFinite)));
}

/** Returns what objectives need before a run can pass, if it has fewer requests: `p99 needs 299`, `errors < 1% needs 381`. */
export function neededToPass(objectives: readonly Objective[], requests: number): string[] {
  const shares = judgedBy(objectives).filter(({ metric }) => isShare(metric));
  return [
    ...neededCounts(countedByRequest(objectives), requests),
    ...shares.flatMap((objective) => {
      const least = leastForShare(objective);
      return Number.isFinite(least) && least > requests ? [`${objective.text} needs ${formatCount(least)}`] : [];
    }),
  ];
}

/** Returns the objectives that no number of requests can confirm, because they allow no failure. */
export const neverConfirmed = (objectives: readonly Objective[]): Objective[] =>
  objectives.filter((objective) => isShare(objective.metric) && leastForShare(objective) === Infinity);

/** Without an objective on errors, at most this share of the requests of a level that holds may fail. */
const mostErrors: Objective = { metric: 'errors', operator: '<=', value: 0.1, text: 'errors <= 10%' };

/** Returns the objectives of a level with that on errors. */
const judgedBy = (objectives: readonly Objective[]): readonly Objective[] =>
  objectives.some(({ metric }) => metric === 'errors') ? objectives : [...objectives, mostErrors];

/**
 * Returns the outcome of a run. It passes if the whole interval of each objective's number does, and fails if one
 * interval lies outside. Fast failures don't hold a load: without an objective on errors, 90% of the requests must succeed.
 */
export function trialOutcome(objectives: readonly Objective[], numbers: Measured): TrialOutcome {
  const outcomes = new Set(judgedBy(objectives).map((objective) => outcomeOf(objective, numbers)));
  if (outcomes.has('fail')) return 'fail';
  return outcomes.has('undecided') ? 'undecided' : 'pass';
}

function outcomeOf(objective: Objective, numbers: Measured): TrialOutcome {
  const { metric, operator, value } = objective;
  const interval = intervalOf(metric, numbers);
  if (interval === 'none' || value === null) return 'undecided';
  if (interval === 'point') {
    const [verdict] = evaluateObjectives([objective], numbers);
    return verdict === undefined || verdict.outcome === 'not enough data' ? 'undecided' : verdict.outcome;
  }
  const holds = interval.map((end) => isWithinBound(end, { operator, value }));
  if (holds.every(Boolean)) return 'pass';
  return holds.some(Boolean) ? 'undecided' : 'fail';
}

/** Number of standard deviations that contain 95% of a normal distribution. */
const normal95 = 1.96;

/** Returns the 95% interval of an objective's number; `point` if a single run has none, `none` with too little data. */
function intervalOf(metric: string, numbers: Measured): readonly [low: number, high: number] | 'point' | 'none' {
  if (metric === 'errors') return shareInterval(numbers.requestsSent - numbers.successes, numbers.requestsSent);
  if (metric === 'attainment') {
    const { requestsSent, sloAttainment = null } = numbers;
    return sloAttainment === null ? 'none' : shareInterval(sloAttainment * requestsSent, requestsSent);
  }
  const { statistic, distributions } = distributionsOf(metric, numbers);
  const quantile = quantileOf[statistic];
  if (quantile === undefined && statistic !== 'mean') return 'point';
  const intervals = distributions.map((distribution) =>
    quantile === undefined ? meanInterval(distribution) : distribution.interval95[quantile],
  );
  const known = intervals.filter((interval) => interval !== null);
  if (known.length === 0 || known.length < intervals.length) return 'none';
  // Over all responses and over successes; the slower one counts.
  return [Math.max(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
}

/**
 * Returns the statistic and its distributions: `p95` is of latency, `ttft.p95` of the time to first token, and so on.
 */
function distributionsOf(metric: string, numbers: Measured): { statistic: string; distributions: Distribution[] } {
  const other = otherTimeOf(metric, numbers);
  if (other === undefined) return { statistic: metric, distributions: [numbers.latencyMs, numbers.successLatencyMs] };
  const { statistic, distribution } = other;
  return { statistic, distributions: distribution === undefined ? [] : [distribution] };
}

function meanInterval({ mean, stdev, count }: Distribution): readonly [number, number] | null {
  if (mean === null || stdev === null) return null;
  const half = (normal95 * stdev) / Math.sqrt(count);
  return [mean - half, mean + half];
}

/** Returns Wilson's interval of a share of requests. */
function shareInterval(some: number, n: number): readonly [number, number] | 'none' {
  if (n === 0) return 'none';
  const z2 = normal95 ** 2;
  const share = some / n;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (normal95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
