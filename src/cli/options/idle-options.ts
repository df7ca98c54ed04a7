import { LoadlensError } from '../../core/errors.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import type { PlanChoices } from '../../core/plan/plan.ts';

type Idle = readonly [name: string, why: string, hint: string];
type Load = Pick<RunPlan, 'loadModel' | 'atOnce' | 'trace'>;

/**
 * Checks that every option for the load has an effect on one of the plans. A directive may have none, because options
 * override the file.
 * @throws LoadlensError for the first one without
 */
export function checkIdleOptions(choices: PlanChoices, plans: readonly Load[]): void {
  const idle = plans.map((plan) => idleIn(choices, plan));
  const [name, why, hint] =
    idle[0]?.find(([one]) => idle.every((others) => others.some(([other]) => other === one))) ?? [];
  if (name !== undefined)
    throw new LoadlensError(`--${name} has no effect ${why}.`, { hint: `Remove it, or ${hint}.` });
}

const given = (name: string, value: unknown): string[] => (value === undefined ? [] : [name]);

const because = (names: readonly string[], why: string, hint: string): Idle[] => names.map((name) => [name, why, hint]);

/** Returns the options without an effect on a plan. */
function idleIn(
  { arrivals, burstiness, maxInFlight, traceSpeed }: PlanChoices,
  { loadModel, atOnce, trace }: Load,
): Idle[] {
  const ofGaps = [...given('arrivals', arrivals), ...given('burstiness', burstiness)];
  const ofLoad =
    loadModel === 'closed'
      ? because([...ofGaps, ...given('max-in-flight', maxInFlight)], 'in the closed model', 'set a rate with --rate')
      : trace !== undefined
        ? because(ofGaps, 'because the trace sets the times of requests', 'set a rate with --rate')
        : because(atOnce === true ? ofGaps : [], 'with an infinite rate', 'set a finite rate');
  const ofTrace = trace === undefined ? given('trace-speed', traceSpeed) : [];
  return [...ofLoad, ...because(ofTrace, 'because no trace sets the times of requests', 'add # @trace to the file')];
}
