import { formatPercent, withoutZeros } from '../../format.ts';
import { succeeds } from '../../metrics/levels.ts';
import { hasGrown, leastShare } from '../../metrics/saturation.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import type { RunRecord } from '../run.ts';
import type { SweepRecord } from './sweep.ts';

/** Returns the target rate of a level, requests/s; Infinity if all requests were due at once. */
export const rateOf = ({ plan }: Pick<RunRecord, 'plan'>): number => targetRatePerS(plan) ?? Infinity;

/** Returns what a sweep raises from level to level: the target rate in requests/s, otherwise the concurrency. */
export const loadOf = ({ plan }: Pick<RunRecord, 'plan'>): number =>
  targetRatePerS(plan) ?? (plan.atOnce === true ? Infinity : plan.concurrency);

/**
 * Returns the achieved rate of a level, successes/s: over the part in which requests became due and the level had filled
 * up, where as many of the responses are successes as in the whole level; otherwise over the whole level.
 */
export function achievedPerS({
  saturation,
  responses,
  successes,
  successThroughputPerS,
}: Pick<RunRecord, 'saturation' | 'responses' | 'successes' | 'successThroughputPerS'>): number | null {
  if (saturation === undefined || responses === 0) return successThroughputPerS;
  return (saturation.answeredPerS * successes) / responses;
}

/** Returns the level with the highest achieved rate among those at which 90% of the requests succeed. */
export const fastestLevel = (levels: readonly RunRecord[]): RunRecord | undefined =>
  levels.filter(succeeds).toSorted((a, b) => (achievedPerS(b) ?? 0) - (achievedPerS(a) ?? 0))[0];

/** Returns whether a level surely didn't keep up. */
export const isOverSaturated = ({ saturation }: RunRecord): boolean => saturation?.overSaturated === true;

/** Returns whether a level was long enough to tell if the server kept up: if outstanding requests grew, they did so surely. */
export const isJudged = ({ saturation }: RunRecord): boolean =>
  saturation !== undefined && (saturation.overSaturated || !hasGrown(saturation));

/** Returns whether a level at the highest of these rates was long enough to tell if the server kept up. */
export function isHighestJudged(finite: readonly RunRecord[]): boolean {
  const highest = Math.max(...finite.map(rateOf));
  return finite.some((level) => rateOf(level) === highest && isJudged(level));
}

/** Returns whether a level kept up: outstanding requests grew by less than 5%, and at least 90% of the requests succeeded. */
export const keptUp = (level: RunRecord): boolean =>
  isJudged(level) && !isOverSaturated(level) && succeeds(level) && (level.backlog?.unsent ?? 0) === 0;

/** Returns whether some level achieved the rate of this one, or its outstanding requests didn't grow, so that random arrivals were the reason. */
export const isAchieved = (level: RunRecord, levels: readonly RunRecord[]): boolean =>
  (level.saturation?.growth ?? 0) <= 0 ||
  levels.some((other) => succeeds(other) && (achievedPerS(other) ?? 0) >= rateOf(level));

/** Returns the tolerance for a level that kept up if no level achieved its rate: ` within 5%`; otherwise an empty text. */
export const toleranceText = (level: RunRecord, levels: readonly RunRecord[]): string =>
  isAchieved(level, levels) ? '' : ` within ${withoutZeros(formatPercent(leastShare))}`;

/** Returns whether a level met all objectives and counts as holding: it wasn't over-saturated, and 90% of its requests succeeded. */
export const holds = (level: RunRecord): boolean =>
  level.objectives.every(({ outcome }) => outcome === 'pass') && succeeds(level) && !isOverSaturated(level);

/** Returns whether a sweep found no limit: all finite rates met the objectives, and the server kept up with the highest. */
export function noRateLimit({
  levels,
  rates,
  rateSearch,
}: Pick<SweepRecord, 'levels' | 'rates' | 'rateSearch'>): boolean {
  const finite = levels.filter((level) => rateOf(level) < Infinity);
  const highest = finite.at(-1);
  const isSweep = rates !== undefined && rateSearch === undefined;
  return isSweep && highest !== undefined && keptUp(highest) && finite.every(holds);
}
