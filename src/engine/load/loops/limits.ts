import type { RunTarget } from '../../../core/endpoints/types.ts';
import type { SummaryOptions } from '../../../core/metrics/summary.ts';
import { perRequestLimitsMs, withoutTokenTimes } from '../../../core/plan/objectives.ts';
import type { RunPlan } from '../../../core/plan/types.ts';
import type { WireRequest } from '../../transport/transport.ts';

/**
 * Returns the limits for one request to each target. Lists are empty without a limit, because a file may have many
 * targets.
 */
export function limitsOf(
  { objectives: ofRun }: Pick<RunPlan, 'objectives'>,
  targets: readonly Pick<RunTarget, 'objectives'>[],
  requests: readonly WireRequest[],
): Pick<SummaryOptions, 'latencyLimitMs' | 'otherLimitsMs'> {
  const ofAnswers = withoutTokenTimes(ofRun);
  if (ofRun.length === 0 && targets.every(({ objectives }) => objectives.length === 0)) return { latencyLimitMs: [] };
  const limits = targets.map(({ objectives }, i) =>
    perRequestLimitsMs([...(requests[i]?.dialect ? ofRun : ofAnswers), ...objectives]),
  );
  return {
    latencyLimitMs: limits.map(({ latencyMs }) => latencyMs),
    otherLimitsMs: limits.map(({ others }) => others),
  };
}
