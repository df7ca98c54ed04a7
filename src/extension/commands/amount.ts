import { parseDurationMs } from '../../core/plan/duration.ts';
import { withinLimit } from '../../core/plan/limits.ts';
import type { PlanChoices } from '../../core/plan/plan.ts';

/** The whole number that was typed; NaN when it is none. */
export const wholeNumber = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);

/** `500` is a number of requests, `30s` a time; undefined is neither, or out of range. */
export function readAmount(text: string): Pick<PlanChoices, 'requests' | 'durationS'> | undefined {
  const requests = wholeNumber(text);
  if (withinLimit('requests', requests)) return { requests };
  const durationS = (parseDurationMs(text) ?? Number.NaN) / 1000;
  return withinLimit('durationS', durationS) ? { durationS } : undefined;
}
