import { parseDurationMs } from '../../../core/values/duration.ts';
import { withinLimit } from '../../../core/values/plan-options.ts';
import type { LoadChoices, PlanChoices } from '../../../core/plan/plan.ts';
import { parseStages } from '../../../core/values/stages.ts';
import type { RunPlan } from '../../../core/plan/types.ts';

/** The whole number that was typed; NaN when it is none. */
const wholeNumber = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);

/** `500` is a number of requests, `20 conversations` one of these, `30s` a time; undefined is none, or out of range. */
export function readAmount(text: string): Pick<PlanChoices, 'requests' | 'conversations' | 'durationS'> | undefined {
  const requests = wholeNumber(text);
  if (withinLimit('requests', requests)) return { requests };
  const conversations = wholeNumber(/^(.*\d)\s*conversations?\s*$/.exec(text)?.[1] ?? '');
  if (withinLimit('conversations', conversations)) return { conversations };
  const durationS = (parseDurationMs(text) ?? Number.NaN) / 1000;
  return withinLimit('durationS', durationS) ? { durationS } : undefined;
}

/** A plan's amount in the format of readAmount. */
export function amountAnswer({
  requests,
  conversations,
  durationS,
}: Pick<RunPlan, 'requests' | 'conversations' | 'durationS'>): string {
  if (requests !== null) return String(requests);
  return conversations === undefined ? `${durationS ?? 0}s` : `${conversations} conversations`;
}

/** `10` is a concurrency, `200/s` a rate, `inf` an infinite one, `30s:50, 1m:50..200` stages; undefined is none, or out of range. */
export function readLoad(text: string): LoadChoices | undefined {
  const concurrency = wholeNumber(text);
  if (withinLimit('concurrency', concurrency)) return { concurrency };
  if (text.trim() === 'inf') return { ratePerS: 'inf' };
  const [, rate] = /^\s*(\d+(?:\.\d+)?)\s*\/\s*s\s*$/.exec(text) ?? [];
  const ratePerS = Number(rate);
  if (withinLimit('ratePerS', ratePerS)) return { ratePerS };
  const stages = parseStages(text);
  return stages && { stages };
}

/** A plan's load in the format of readLoad. */
export function loadAnswer({
  concurrency,
  stages,
  atOnce,
}: Pick<RunPlan, 'concurrency' | 'stages' | 'atOnce'>): string {
  if (atOnce) return 'inf';
  if (stages === undefined) return String(concurrency);
  return stages
    .map(({ fromPerS, toPerS, durationS }) => {
      if (durationS === null) return `${toPerS}/s`;
      return `${durationS}s:${fromPerS === toPerS ? toPerS : `${fromPerS}..${toPerS}`}`;
    })
    .join(', ');
}
