import { durationText, parseDurationMs } from './duration.ts';
import { durationLimit, isWithin, rateLimit } from './limits.ts';
import type { Stage } from '../vocabulary.ts';

const mostStages = 100;
const oneStage = /^(\S+?)\s*:\s*(\d{1,7}(?:\.\d{1,6})?)(?:\s*\.\.\s*(\d{1,7}(?:\.\d{1,6})?))?$/;

/** Form of a list of stages, for messages. */
export const stagesForm = 'time:rate, such as 30s:50, 1m:200 to hold rates or 30s:50..200 to ramp';

/**
 * Returns the stages in `30s:50, 1m:50..200`: a time and a rate in requests/s, held or ramped linearly. Undefined for
 * other texts, and for stages that send nothing.
 */
export function parseStages(text: string): Stage[] | undefined {
  const parts = text.split(',').map((part) => parseStage(part.trim()));
  const stages = parts.filter((stage) => stage !== undefined);
  const isWhole = stages.length === parts.length && stages.length <= mostStages;
  return isWhole && stages.some(({ fromPerS, toPerS }) => fromPerS + toPerS > 0) ? stages : undefined;
}

const fits = (ratePerS: number): boolean => ratePerS === 0 || isWithin(rateLimit, ratePerS);

function parseStage(text: string): Stage | undefined {
  const [, time = '', from = '', to = from] = oneStage.exec(text) ?? [];
  const durationMs = parseDurationMs(time);
  const [fromPerS, toPerS] = [Number(from), Number(to)];
  if (durationMs === undefined || !isWithin(durationLimit, durationMs / 1000)) return undefined;
  return fits(fromPerS) && fits(toPerS) ? { fromPerS, toPerS, durationS: durationMs / 1000 } : undefined;
}

/** Returns a text that parses as the same stages. Each has a duration. */
export const stagesText = (stages: readonly Stage[]): string =>
  stages
    .map(({ fromPerS, toPerS, durationS }) => {
      const rate = fromPerS === toPerS ? String(toPerS) : `${fromPerS}..${toPerS}`;
      return `${durationText((durationS ?? 0) * 1000)}:${rate}`;
    })
    .join(', ');

/** Returns the total duration of stages, s; null if the last one lasts as long as the run. */
export function stagesDurationS(stages: readonly Stage[]): number | null {
  return stages.reduce<number | null>(
    (sum, { durationS }) => (sum === null || durationS === null ? null : sum + durationS),
    0,
  );
}

/** Returns the highest arrival rate of stages, requests/s. */
export function peakRatePerS(stages: readonly Stage[]): number {
  return Math.max(0, ...stages.flatMap(({ fromPerS, toPerS }) => [fromPerS, toPerS]));
}

/**
 * Returns a function from a number of expected arrivals to its time, ms: the inverse of the area under the rate. The
 * time is Infinity if the stages have fewer arrivals. Calls with rising numbers take constant time.
 */
export function arrivalTime(stages: readonly Stage[]): (expected: number) => number {
  let at = 0;
  let beforeMs = 0;
  let beforeCount = 0;
  return (expected) => {
    if (expected < beforeCount) at = beforeMs = beforeCount = 0;
    for (; at < stages.length; at += 1) {
      const stage = stages[at];
      if (stage === undefined) break;
      const { fromPerS, toPerS, durationS } = stage;
      const lasts = durationS ?? Infinity;
      const brings = ((fromPerS + toPerS) / 2) * lasts;
      const left = expected - beforeCount;
      // An arrival at the boundary belongs to the later stage.
      if (left < brings) return beforeMs + 1000 * timeIn(stage, left);
      beforeMs += 1000 * lasts;
      beforeCount += brings;
    }
    return Infinity;
  };
}

/** Returns the seconds into a stage until a number of arrivals is expected: the root of `from·x + (to − from)/(2·duration)·x² = count`. */
function timeIn({ fromPerS, toPerS, durationS }: Stage, count: number): number {
  if (count === 0) return 0;
  if (durationS === null || fromPerS === toPerS) return count / fromPerS;
  // This form is exact even if the rate hardly changes: no two large terms cancel.
  const underRoot = fromPerS * fromPerS + (2 * (toPerS - fromPerS) * count) / durationS;
  return (2 * count) / (fromPerS + Math.sqrt(Math.max(0, underRoot)));
}
