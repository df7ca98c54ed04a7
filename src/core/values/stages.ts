import { parseDurationMs } from './duration.ts';
import { withinLimit } from './limits.ts';
import type { Stage } from '../vocabulary.ts';

const mostStages = 100;
const oneStage = /^(\S+?)\s*:\s*(\d{1,7}(?:\.\d{1,6})?)(?:\s*\.\.\s*(\d{1,7}(?:\.\d{1,6})?))?$/;

/** How stages are written, for messages. */
export const stagesForm = 'time:rate, such as 30s:50, 1m:200 to hold rates or 30s:50..200 to ramp';

/**
 * The stages in `30s:50, 1m:50..200`: a time, and requests per second that are held, or gone through in a straight line.
 * Undefined when it is no such list, or no request would ever leave.
 */
export function parseStages(text: string): Stage[] | undefined {
  const parts = text.split(',').map((part) => parseStage(part.trim()));
  const stages = parts.filter((stage) => stage !== undefined);
  const isWhole = stages.length === parts.length && stages.length <= mostStages;
  return isWhole && stages.some(({ fromPerS, toPerS }) => fromPerS + toPerS > 0) ? stages : undefined;
}

const fits = (ratePerS: number): boolean => ratePerS === 0 || withinLimit('ratePerS', ratePerS);

function parseStage(text: string): Stage | undefined {
  const [, time = '', from = '', to = from] = oneStage.exec(text) ?? [];
  const durationMs = parseDurationMs(time);
  const [fromPerS, toPerS] = [Number(from), Number(to)];
  if (durationMs === undefined || !withinLimit('durationS', durationMs / 1000)) return undefined;
  return fits(fromPerS) && fits(toPerS) ? { fromPerS, toPerS, durationS: durationMs / 1000 } : undefined;
}

/** How long stages take together, seconds; null when the last goes on as long as the run does. */
export function stagesDurationS(stages: readonly Stage[]): number | null {
  return stages.reduce<number | null>(
    (sum, { durationS }) => (sum === null || durationS === null ? null : sum + durationS),
    0,
  );
}

/** The highest arrival rate of the stages, per second. */
export function peakRatePerS(stages: readonly Stage[]): number {
  return Math.max(0, ...stages.flatMap(({ fromPerS, toPerS }) => [fromPerS, toPerS]));
}

/**
 * When, in ms, so many arrivals are expected to have come: the inverse of the area below the rate. Infinity when the stages
 * bring fewer. Calls with ever larger counts are answered in constant time.
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
      // Where two stages meet, the later one has the arrival.
      if (left < brings) return beforeMs + 1000 * timeIn(stage, left);
      beforeMs += 1000 * lasts;
      beforeCount += brings;
    }
    return Infinity;
  };
}

/** Seconds into a stage until so many arrivals are expected: the root of `from·x + (to − from)/(2·duration)·x² = count`. */
function timeIn({ fromPerS, toPerS, durationS }: Stage, count: number): number {
  if (count === 0) return 0;
  if (durationS === null || fromPerS === toPerS) return count / fromPerS;
  // In this form nothing cancels out, also where the rate hardly changes.
  const underRoot = fromPerS * fromPerS + (2 * (toPerS - fromPerS) * count) / durationS;
  return (2 * count) / (fromPerS + Math.sqrt(Math.max(0, underRoot)));
}
