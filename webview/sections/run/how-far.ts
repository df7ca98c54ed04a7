import type { Snapshot } from '../../../src/core/metrics/types.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';

/** Share of the plan that is done, from 0 to 1. With a count and a duration, whichever is nearer to its end. */
export function howFar(plan: RunPlan, snapshot: Snapshot | null): number {
  const ended = snapshot?.summary.requestsSent ?? 0;
  const elapsedS = (snapshot?.elapsedMs ?? 0) / 1000;
  const byCount = plan.requests === null ? 0 : ended / plan.requests;
  const byTime = plan.durationS === null ? 0 : elapsedS / plan.durationS;
  const { completed = 0, failed = 0 } = snapshot?.summary.conversations ?? {};
  const byConversations = plan.conversations === undefined ? 0 : (completed + failed) / plan.conversations;
  return Math.min(1, Math.max(byCount, byConversations, byTime));
}
