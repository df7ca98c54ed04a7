import type { PreparedRequest } from '../core/endpoints/types.ts';
import { targetPicker } from '../core/values/pick.ts';
import { requestsByTarget } from '../core/plan/prompt-turns.ts';
import { indexIn } from '../core/plan/load/share.ts';
import { type Share } from '../core/plan/types.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { PromptUse, ValueUse } from '../core/record/run.ts';

/** Requests that were taken from the warm-up and from the run. */
interface Taken {
  readonly warmup: number;
  readonly run: number;
}

/** Returns which numbers a run took for the values of dynamic variables; undefined when no target has any. */
export function valueUse(
  { requests, valueStart = 0, plan }: RunInput,
  share: Share,
  taken: Taken,
): ValueUse | undefined {
  if (requests.every(({ dynamic = [] }) => dynamic.length === 0)) return undefined;
  // The run begins after the whole warm-up, also when that was cut off.
  const upTo = taken.run > 0 ? plan.warmup + taken.run * share.of : taken.warmup * share.of;
  return { start: valueStart, taken: upTo };
}

/**
 * Returns how the prompts of each target were used; undefined for targets that are no language model.
 * @param taken requests that a prompt was taken for
 */
export function promptUses(
  { plan, targets, requests, promptStarts = [] }: RunInput,
  share: Share,
  taken: Taken,
): (PromptUse | undefined)[] {
  const distinct = requests.map(distinctPrompts);
  if (distinct.every((count) => count === undefined)) return [];
  const pickAny = targetPicker(
    targets.map(({ weight }) => weight),
    plan.seed,
  );
  const pick = (index: number): number => pickAny(indexIn(share, index));
  const counts = [taken.warmup, taken.run].map((requests) =>
    targets.length === 1 ? [requests] : requestsByTarget(pick, targets.length, requests),
  );
  return distinct.map((count, target) => {
    if (count === undefined) return undefined;
    const sent = counts.reduce((sum, each) => sum + (each[target] ?? 0), 0);
    return { distinct: count, start: promptStarts[target] ?? 0, sent };
  });
}

/** How many bodies differ; undefined for a request that asks no language model, or whose body is new each time. */
function distinctPrompts(request: PreparedRequest): number | undefined {
  if (request.prompts !== undefined) {
    return new Set(request.prompts.bodies.map((body) => Buffer.from(body).toString('latin1'))).size;
  }
  const { dialect, body, dynamic = [] } = request;
  return dialect === undefined || body === undefined || dynamic.length > 0 ? undefined : 1;
}
